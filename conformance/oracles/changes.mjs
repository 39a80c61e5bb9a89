// A long-lived process that compares schemas with graphql-js and GraphQL Inspector: one JSON request a line in, one answer out.
//
// Request: {id, before: SDL, after: SDL}, or {id, list: true} for the types of changes that each has
// Answer:  {id, graphqlJs: [{type, level, message}], inspector: [{type, level, path, meta}], crash?: string}
// Levels are BREAKING, DANGEROUS and SAFE; graphql-js lists no safe changes.
import { createInterface } from "node:readline";
import { ChangeType, diff } from "@graphql-inspector/core";
import {
  BreakingChangeType,
  DangerousChangeType,
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
} from "graphql";

console.log = console.info = console.warn = console.debug = (...words) => console.error(...words);

function ofGraphqlJs(before, after) {
  const listed = (level) => ({ type, description }) => ({ type, level, message: description });
  return [
    ...findBreakingChanges(before, after).map(listed("BREAKING")),
    ...findDangerousChanges(before, after).map(listed("DANGEROUS")),
  ];
}

async function ofInspector(before, after) {
  const changes = await diff(before, after);
  return changes.map(({ type, criticality, path, meta }) => ({
    type,
    level: criticality.level === "NON_BREAKING" ? "SAFE" : criticality.level,
    path: path ?? "",
    meta,
  }));
}

async function answer({ id, before, after, list }) {
  if (list) {
    const ofJs = [...Object.values(BreakingChangeType), ...Object.values(DangerousChangeType)];
    return { id, graphqlJs: ofJs, inspector: Object.values(ChangeType) };
  }
  try {
    const schemas = [buildSchema(before), buildSchema(after)];
    return { id, graphqlJs: ofGraphqlJs(...schemas), inspector: await ofInspector(...schemas) };
  } catch (error) {
    return { id, crash: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}
