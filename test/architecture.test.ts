/** Holds the layout: arrows point inward, pure folders stay pure, and every file says why it exists. */
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => ({ path, text: readFileSync(join("src", path), "utf8") }));

/**
 * What a folder may import beside itself and the ground (`base` and `records`). Arrows point inward: a line names only
 * what is above it. A source and a sink are parts of their own, so that none knows another.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  records: [],
  contract: [],
  platform: [],
  kubernetes: ["platform"],
  engine: [],
  store: ["engine", "platform"],
  etcd: [],
  "team-server": ["engine", "store", "etcd", "contract"],
  http: ["contract", "platform"],
  client: ["contract", "platform"],
  "sources/webhook": ["engine", "store", "contract", "http"],
  "sources/kubernetes": ["contract", "platform", "kubernetes", "client"],
  "sources/team": ["engine", "contract", "platform", "http", "etcd"],
  "sinks/hosts-file": ["engine", "contract", "platform", "http"],
  "sinks/dns": ["engine", "platform"],
  control: ["engine", "store", "contract", "platform", "http", "sources/webhook"],
  service: ["contract", "platform", "client", "sinks/hosts-file"],
  dtk: ["contract", "platform", "kubernetes", "client", "http", "sources/kubernetes"],
  doctor: ["contract", "platform", "kubernetes", "client", "dtk", "service", "sources/kubernetes", "sinks/hosts-file"],
  daemon: [
    "engine",
    "store",
    "team-server",
    "contract",
    "platform",
    "http",
    "control",
    "sources/webhook",
    "sources/team",
    "sinks/hosts-file",
    "sinks/dns",
  ],
  cli: [
    "engine",
    "store",
    "etcd",
    "team-server",
    "contract",
    "platform",
    "kubernetes",
    "http",
    "client",
    "dtk",
    "service",
    "doctor",
    "daemon",
    "sources/kubernetes",
    "sources/webhook",
    "sinks/hosts-file",
  ],
};

/** What every folder may import; `records` imports `base` alone. */
const ground = ["base", "records"];

/** Where a library may be used. */
const libraryHome: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli"],
  diff: ["cli"],
  pino: ["cli"],
  "pino-pretty": ["cli"],
  hono: ["http", "control", "daemon", "sources/webhook", "sources/team", "sinks/hosts-file"],
  tldts: ["sources/team"],
  "@hono/node-server": ["http"],
  "ipaddr.js": ["records", "platform", "cli", "sinks/hosts-file"],
  "@grpc/grpc-js": ["etcd"],
  "@bufbuild/protobuf": ["etcd"],
  yaml: ["dtk", "kubernetes"],
  execa: ["base"],
  "@kubernetes/client-node": ["kubernetes", "dtk", "doctor"],
  "prom-client": ["control"],
  zod: [
    "sources/kubernetes",
    "sources/team",
    "base",
    "platform",
    "records",
    "store",
    "contract",
    "sources/webhook",
    "control",
    "client",
    "kubernetes",
    "dtk",
    "service",
    "doctor",
    "cli",
    "http",
  ],
};

/** Folders whose code uses no `node:` module, no clock and no promise. */
const pureFolders =
  /^(?:records|sources\/kubernetes\/translate|sources\/team\/skydns|sinks\/hosts-file\/document|sinks\/dns\/packet|team-server\/plan)\//;

/** What differs from one operating system to another, and so belongs to `src/platform/` alone. */
const ofPlatform: Readonly<Record<string, RegExp>> = {
  "the user who runs the process, and the system": /process\.(?:platform|gete?[ug]id)\b/,
  "what the kernel says of processes": /\/proc\b/,
  "a service manager": /systemd(?!-resolved)|systemctl|journalctl|launchctl/,
  "a place": /(?<![\w.}\])])\/(?:etc|var|run|usr|sys|root)\//,
  "a command for an administrator": /\bsudo /,
};

/** Whether the comment that opens a file says that the file is pure. */
function saysPure(text: string): boolean {
  return /\bpure\b/i.test(/\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? "");
}

/** The code without comments, in which anything may be explained. */
function codeOf(text: string): string {
  return text.replace(/^#!.*\n/, "").replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*/gm, "");
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)(?:import|export)\s[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gm)].map(
    ([, from, lazy]) => from ?? lazy ?? "",
  );
}

/** The folder below `src/`; for sources and sinks, each of theirs. */
function partOf(path: string): string {
  const [folder = "", inner = ""] = path.split("/");
  return ["sources", "sinks"].includes(folder) ? `${folder}/${inner}` : folder;
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
    const allowed = new Set([...(part === "records" ? ["base"] : ground), ...(mayImport[part] ?? [])]);
    expect(others.filter((other) => !allowed.has(other))).toEqual([]);
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
    // The whole of zod takes 8 MiB of the server's memory; `zod/mini` has all that is needed.
    expect(libraries).not.toContain("zod");
    // As a value, this brings all of zod and every language of its messages into each bundle.
    expect(text).not.toMatch(/(?:instanceof|new) z\.core\b/);
  });

  test("formats no number by the tables of languages", () => {
    expect(text).not.toContain(".toLocaleString(");
  });

  test("exports no default and passes on no other file", () => {
    expect(text).not.toMatch(/^export default/m);
    expect(text).not.toMatch(/^export (?:type )?(?:\*|\{[^}]*\}) from/m);
  });
});

const elsewhere = sources.filter(({ path }) => !path.startsWith("platform/"));

test.each(elsewhere)("$path leaves to src/platform/ what differs from one operating system to another", ({ text }) => {
  const lines = codeOf(text).split("\n");
  const found = Object.entries(ofPlatform).flatMap(([what, pattern]) =>
    lines.filter((line) => pattern.test(line)).map((line) => `${what}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test.each(sources.filter(({ path, text }) => pureFolders.test(path) || saysPure(text)))(
  "$path is pure: no node: module, no clock, no promise",
  ({ path, text }) => {
    expect(importsOf(text).filter((from) => from.startsWith("node:"))).toEqual([]);
    expect(codeOf(text)).not.toMatch(/(?<![.\w])(?:async|await|Promise|Date|performance|setTimeout|process)\b/);
    if (pureFolders.test(path)) expect(codeOf(text)).not.toMatch(/\bBuffer\b/);
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
