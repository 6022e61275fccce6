/** Holds the layout: arrows point inward, pure folders stay pure, and every file says why it exists. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join("src", path), "utf8") }));

/** What a part may import beside itself; parts are folders, or files at the root of `src/`. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  records: ["printable"],
  trouble: [],
  printable: [],
  log: [],
  version: [],
  "text-schema": [],
  request: [],
  process: [],
  "warn-once": ["log"],
  hosts: ["records", "trouble", "log"],
  store: ["records", "trouble"],
  slices: ["records"],
  reconciler: ["records", "hosts", "store", "slices", "trouble"],
  silence: ["records", "store", "reconciler"],
  announcer: ["records", "hosts", "reconciler", "trouble", "log"],
  webhook: ["records", "store", "reconciler", "slices", "printable", "trouble", "log", "warn-once"],
  control: ["records", "hosts", "store", "reconciler", "webhook", "printable", "trouble", "log", "warn-once"],
  client: ["records", "control", "service", "trouble", "request"],
  cluster: ["records", "control", "client", "trouble", "log", "text-schema", "request", "process"],
  service: ["records", "hosts", "control", "trouble", "log", "text-schema", "request", "process", "version"],
  doctor: [
    "records",
    "hosts",
    "control",
    "cluster",
    "service",
    "trouble",
    "log",
    "text-schema",
    "request",
    "process",
    "version",
  ],
  daemon: [
    "records",
    "hosts",
    "store",
    "reconciler",
    "announcer",
    "silence",
    "webhook",
    "control",
    "service",
    "trouble",
    "log",
    "version",
  ],
  cli: [
    "daemon",
    "client",
    "cluster",
    "service",
    "doctor",
    "records",
    "hosts",
    "store",
    "reconciler",
    "webhook",
    "control",
    "request",
    "process",
    "text-schema",
    "printable",
    "trouble",
    "log",
    "version",
  ],
};

/** Where a library may be used. */
const libraryHome: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli"],
  diff: ["cli"],
  pino: ["cli"],
  "pino-pretty": ["cli"],
  hono: ["webhook", "control"],
  "@hono/node-server": ["control"],
  "ipaddr.js": ["records", "hosts", "control", "cli"],
  yaml: ["cluster"],
  execa: ["process"],
  "@kubernetes/client-node": ["cluster", "doctor"],
  "prom-client": ["control"],
  zod: ["records", "store", "webhook", "control", "cluster", "client", "service", "doctor", "cli", "text-schema"],
};

const purePaths = /^(?:records\/|hosts\/(?:document|dissect|adoption|marker|user-line|digest)\.ts$)/;

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)(?:import|export)\s[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    ([, from, lazy]) => from ?? lazy ?? "",
  );
}

function partOf(path: string): string {
  return path.split("/")[0]?.replace(/\.ts$/, "") ?? path;
}

describe.each(sources)("$path", ({ path, text }) => {
  const imports = importsOf(text);
  const part = partOf(path);

  test("opens with a sentence on why it exists", () => {
    expect(text.replace(/^#!.*\n/, "")).toMatch(/^\/\*\*\s+(?:\* )?\S/);
  });

  test("imports only inward", () => {
    const own = imports.filter((from) => from.startsWith(".") && from.endsWith(".ts"));
    const others = own.map((from) => partOf(normalize(join(dirname(path), from)))).filter((other) => other !== part);
    expect(others.filter((other) => !(mayImport[part] ?? []).includes(other))).toEqual([]);
  });

  test("uses a library only where it lives", () => {
    const libraries = imports.filter((from) => !from.startsWith(".") && !from.startsWith("node:"));
    const names = libraries.map((from) =>
      from
        .split("/")
        .slice(0, from.startsWith("@") ? 2 : 1)
        .join("/"),
    );
    expect(names.filter((name) => !(libraryHome[name] ?? []).includes(part))).toEqual([]);
  });

  test("exports no default", () => {
    expect(text).not.toMatch(/^export default/m);
  });
});

test.each(sources.filter(({ path }) => purePaths.test(path)))(
  "$path is pure: no node: module, no clock, no promise",
  ({ text }) => {
    expect(importsOf(text).filter((from) => from.startsWith("node:"))).toEqual([]);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(code).not.toMatch(/\b(?:async|await|Promise|Date|performance|setTimeout|process)\b/);
  },
);

test("imports form no circle", () => {
  const graph = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text)
        .filter((from) => from.startsWith("."))
        .map((from) => normalize(join(dirname(path), from))),
    ]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    expect(trail, `circle at ${path}`).not.toContain(path);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
});
