// A reference router as a long-lived process: one JSON request a line in, one JSON answer a line out.
//
// Request: {id, supergraph?: SDL, query, variables?}: the supergraph stays until the next one given.
// Answer:  {id, response} or {id, crash}
import { createInterface } from "node:readline";
import { ApolloGateway } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";

console.log = console.info = console.warn = console.debug = (...words) => console.error(...words);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
let server;

async function load(supergraphSdl) {
  const previous = server;
  server = undefined;
  await previous?.stop();
  server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, logger: quiet }), logger: quiet });
  await server.start().catch((error) => {
    server = undefined; // One that never started cannot be stopped either.
    throw error;
  });
}

async function answer({ id, supergraph, query, variables }) {
  try {
    if (supergraph) await load(supergraph);
    const { body } = await server.executeOperation({ query, variables });
    return { id, response: body.singleResult };
  } catch (error) {
    return { id, crash: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
process.exit(0);
