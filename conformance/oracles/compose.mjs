// A long-lived process that composes with the reference composers: one JSON request a line in, one JSON answer a line out.
//
// Request: {id, oracle: "apollo" | "guild", subgraphs: [{name, url, sdl}], sdlWanted?: boolean, repeat?: number}
// Answer:  {id, errors: [{code, message}], hints: [code], supergraphSdl: string | null, milliseconds, crash?: string}
// With `repeat` the composition is done that many times and `milliseconds` lists each run's time.
import { createInterface } from "node:readline";
import { composeServices as composeApollo } from "@apollo/composition";
import { composeServices as composeGuild } from "@theguild/federation-composition";
import { parse } from "graphql";

// The libraries may print to the console; only answers belong on stdout.
console.log = console.info = console.warn = console.debug = (...words) => console.error(...words);

function described(error) {
  return { code: error.extensions?.code ?? "NO_CODE", message: String(error.message) };
}

function parsed(subgraphs) {
  const errors = [];
  const services = [];
  for (const { name, url, sdl } of subgraphs) {
    try {
      services.push({ name, url, typeDefs: parse(sdl) });
    } catch (error) {
      errors.push({ code: "INVALID_GRAPHQL", message: `[${name}] ${error.message}` });
    }
  }
  return { errors, services };
}

const composers = {
  apollo(services) {
    const result = composeApollo(services);
    return {
      errors: (result.errors ?? []).map(described),
      hints: (result.hints ?? []).map((hint) => hint.definition.code),
      supergraphSdl: result.supergraphSdl ?? null,
    };
  },
  guild(services) {
    const result = composeGuild(services);
    return {
      errors: (result.errors ?? []).map(described),
      hints: [],
      supergraphSdl: result.supergraphSdl ?? null,
    };
  },
};

function answer(request) {
  const milliseconds = [];
  let outcome;
  for (let run = 0; run < (request.repeat ?? 1); run++) {
    const started = performance.now();
    const { errors, services } = parsed(request.subgraphs);
    try {
      outcome = errors.length ? { errors, hints: [], supergraphSdl: null } : composers[request.oracle](services);
    } catch (error) {
      outcome = { errors: [], hints: [], supergraphSdl: null, crash: String(error?.stack ?? error) };
    }
    milliseconds.push(performance.now() - started);
  }
  if (request.sdlWanted === false) outcome.supergraphSdl = null;
  return { id: request.id, ...outcome, milliseconds };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + "\n");
}
