// The page: GraphiQL over the router that served it. Subscriptions go over WebSocket, with the headers tab's headers
// in `connection_init`, since browsers set none on a WebSocket.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./page.css";

import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

type Config = { path: string; defaultQuery: string; subscriptions: boolean };

const meta = document.querySelector<HTMLMetaElement>('meta[name="hanse"]');
const config: Config = JSON.parse(meta?.content ?? "{}");
const endpoint = new URL(config.path, window.location.href);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: config.subscriptions ? socket.href : undefined,
});

createRoot(document.getElementById("root")!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={config.defaultQuery}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>Hanse</GraphiQL.Logo>
  </GraphiQL>,
);
