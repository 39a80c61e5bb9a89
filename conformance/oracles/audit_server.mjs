// Serves the federation gateway audit's subgraphs, supergraphs and tests on the loopback interface.
// Usage: node --import tsx audit_server.mjs AUDIT_CHECKOUT PORT (0 for a free one); prints the port when it listens.
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [checkout, port] = process.argv.slice(2);
const { createRouter } = await import(pathToFileURL(`${checkout}/src/index.ts`).href);
const server = createServer(createRouter());
server.listen(Number(port), "127.0.0.1", () => console.log(server.address().port));
