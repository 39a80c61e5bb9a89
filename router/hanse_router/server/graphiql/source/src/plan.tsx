// The plan tab: the query plan of the operation in the editor, as the router would execute it for this caller.
import {
  GraphiQLPlugin,
  useGraphiQL,
  useHeadersEditorState,
  useOperationsEditorState,
} from "@graphiql/react";
import { useEffect, useState } from "react";

type Fetch = {
  node: "Fetch";
  id: number;
  subgraph: string;
  operation: string;
  entities: { alias: string }[];
};
type PlanNode =
  | Fetch
  | { node: "Sequence" | "Parallel"; nodes: PlanNode[] }
  | { node: "Condition"; then: PlanNode }
  | { node: "Subscription"; primary: Fetch; rest: PlanNode | null };
type Planned = { plan: { node: PlanNode | null }; text: string; estimatedCost: number };
type Reply = { planned?: Planned; error?: string };

const DELAY = 300; // milliseconds without a change of the operation

async function requestPlan(path: string, query: string, operationName: string | undefined, headers: string) {
  const given: Record<string, string> = headers.trim() ? JSON.parse(headers) : {};
  const reply = await fetch(path, {
    method: "POST",
    headers: { ...given, "content-type": "application/json" },
    body: JSON.stringify({ query, operationName }),
  });
  const body = await reply.json();
  if (body.errors) throw new Error(body.errors.map((error: { message: string }) => error.message).join("\n"));
  return body as Planned;
}

function Node({ node }: { node: PlanNode | null }) {
  if (node === null) return <p>No fetch: the router answers this operation itself.</p>;
  switch (node.node) {
    case "Fetch":
      return (
        <details className="hanse-plan-fetch">
          <summary>
            <b>{node.subgraph}</b> {node.entities.length ? "entities" : "root fields"}
          </summary>
          <pre>{node.operation}</pre>
        </details>
      );
    case "Condition":
      return (
        <div className="hanse-plan-stage">
          <span>if the condition holds</span>
          <Node node={node.then} />
        </div>
      );
    case "Subscription":
      return (
        <div className="hanse-plan-stage">
          <span>subscription</span>
          <Node node={node.primary} />
          {node.rest && <span>for each event</span>}
          {node.rest && <Node node={node.rest} />}
        </div>
      );
    default:
      return (
        <div className="hanse-plan-stage">
          <span>{node.node === "Sequence" ? "one after the other" : "at the same time"}</span>
          {node.nodes.map((child, index) => (
            <Node key={index} node={child} />
          ))}
        </div>
      );
  }
}

function fetches(node: PlanNode | null): number {
  if (node === null) return 0;
  if (node.node === "Fetch") return 1;
  if (node.node === "Condition") return fetches(node.then);
  if (node.node === "Subscription") return 1 + fetches(node.rest);
  return node.nodes.reduce((sum, child) => sum + fetches(child), 0);
}

export function planPlugin(path: string): GraphiQLPlugin {
  function Content() {
    const [query] = useOperationsEditorState();
    const [headers] = useHeadersEditorState();
    const operationName = useGraphiQL((state) => state.operationName);
    const [reply, setReply] = useState<Reply>({});

    useEffect(() => {
      if (!query?.trim()) return setReply({});
      let current = true;
      const timer = setTimeout(() => {
        requestPlan(path, query, operationName, headers ?? "")
          .then((planned) => current && setReply({ planned }))
          .catch((error: Error) => current && setReply({ error: error.message }));
      }, DELAY);
      return () => {
        current = false;
        clearTimeout(timer);
      };
    }, [query, headers, operationName]);

    const { planned, error } = reply;
    return (
      <section className="hanse-plan" aria-label="Query plan">
        <h2>Query plan</h2>
        {error && <pre className="hanse-plan-error">{error}</pre>}
        {planned && (
          <>
            <p>
              {fetches(planned.plan.node)} fetches, estimated cost {planned.estimatedCost}
            </p>
            <Node node={planned.plan.node} />
            <details>
              <summary>As text</summary>
              <pre>{planned.text}</pre>
            </details>
          </>
        )}
      </section>
    );
  }

  return {
    title: "Query plan",
    icon: () => (
      <svg viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <circle cx="3" cy="8" r="2" />
        <circle cx="13" cy="3" r="2" />
        <circle cx="13" cy="13" r="2" />
        <path d="M5 7.5 11 3.7M5 8.5l6 3.8" />
      </svg>
    ),
    content: Content,
  };
}
