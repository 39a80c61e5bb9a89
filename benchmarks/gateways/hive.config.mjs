// The Hive gateway without sharing of requests in flight (of clients, and to subgraphs), with its planner in Rust when HIVE_RUST is set.
import { defineConfig } from "@graphql-hive/gateway";
import { unifiedGraphHandler } from "@graphql-hive/router-runtime";

export const gatewayConfig = defineConfig({
  ...(process.env.HIVE_RUST ? { unifiedGraphHandler } : {}),
  inboundInflightRequestDeduplication: false,
  transportEntries: { "*.http": { options: { deduplicateInflightRequests: false } } },
  logging: "error",
});
