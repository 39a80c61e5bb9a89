// The two ways to the graph: HTTP for queries and mutations, a WebSocket for subscriptions.
import type { TadaDocumentNode } from "gql.tada";
import { print } from "graphql";
import { createClient } from "graphql-ws";

let token: string | undefined;

/** From now on, operations are the signed-in user's. */
export function setToken(value: string): void {
  token = value;
}

/** Run a query or mutation; rejects with the first error's message. */
export async function run<Data, Variables>(document: TadaDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
  const reply = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const response: { data?: Data; errors?: { message: string }[] } = await reply.json();
  const problem = response.errors?.[0];
  if (problem || !response.data) throw new Error(problem?.message ?? "The graph gave no answer.");
  return response.data;
}

const socket = createClient({
  url: `${location.origin.replace("http", "ws")}/graphql`,
  connectionParams: () => (token ? { Authorization: `Bearer ${token}` } : {}),
});

/** Watch a subscription; it is taken up again when the connection breaks. */
export function watch<Data, Variables extends Record<string, unknown>>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  next: (data: Data) => void,
): () => void {
  return socket.subscribe<Data>(
    { query: print(document), variables },
    { next: ({ data }) => data && next(data), error: console.error, complete: () => {} },
  );
}
