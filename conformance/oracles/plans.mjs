// Reference planners as a long-lived process: one JSON request a line in, one JSON answer a line out.
//
// Request: {id, planner: "apollo" | "hive", supergraph: SDL, query, labels: [string]}; `labels` are those of progressive
// overrides that are active.
// Answer:  {id, plan} or {id, crash}
import { createInterface } from "node:readline";
import { Supergraph, operationFromDocument } from "@apollo/federation-internals";
import { QueryPlanner as ApolloPlanner } from "@apollo/query-planner";
import { QueryPlanner as HivePlanner } from "@graphql-hive/router-query-planner";
import { parse } from "graphql";

// The libraries may print to the console; only answers belong on stdout.
console.log = console.info = console.warn = console.debug = (...words) => console.error(...words);

const makers = {
  apollo(supergraph) {
    const parsed = Supergraph.build(supergraph);
    const schema = parsed.apiSchema();
    const planner = new ApolloPlanner(parsed);
    return (query, labels) => {
      const overrideConditions = new Map(labels.map((label) => [label, true]));
      return planner.buildQueryPlan(operationFromDocument(schema, parse(query)), { overrideConditions });
    };
  },
  hive(supergraph) {
    const planner = new HivePlanner(supergraph);
    return (query, labels) => planner.plan(query, null, new Set(labels), labels.length ? 0 : 100);
  },
};

let supergraph;
let planners = {};

function answer(request) {
  try {
    if (request.supergraph !== supergraph) [supergraph, planners] = [request.supergraph, {}];
    planners[request.planner] ??= makers[request.planner](supergraph);
    return { id: request.id, plan: planners[request.planner](request.query, request.labels) };
  } catch (error) {
    return { id: request.id, crash: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
