// The page: GraphiQL over the router that served it. Subscriptions go over WebSocket, with the headers tab's headers
// in `connection_init`, since browsers set none on a WebSocket. `#plan` in the address opens the plan tab.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { HISTORY_PLUGIN } from "@graphiql/plugin-history";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { planPlugin } from "./plan";

type Config = { path: string; defaultQuery: string; planPath: string; subscriptions: boolean };

const meta = document.querySelector<HTMLMetaElement>('meta[name="hanse"]');
const config: Config = JSON.parse(meta?.content ?? "{}");
const endpoint = new URL(config.path, window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: config.subscriptions ? socket.href : undefined,
});

const plan = planPlugin(new URL(config.planPath, window.location.href).href);

createRoot(document.getElementById("root")!).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={[HISTORY_PLUGIN, plan]}
    visiblePlugin={window.location.hash === "#plan" ? plan : undefined}
    defaultQuery={config.defaultQuery}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>Hanse</GraphiQL.Logo>
  </GraphiQL>,
);
