/** The page docs/status.md, from the schema of `GET /status`. */
import { join } from "node:path";
import * as z from "zod/mini";
import { statusSchema, statusVersion } from "../src/contract/status.ts";

/** Where the page lies. */
export const statusPath = join(import.meta.dirname, "..", "docs", "status.md");

type Schema = z.core.JSONSchema.JSONSchema;

/** The page as it must be. */
export function renderStatusPage(): string {
  const rows = propertiesOf(z.toJSONSchema(statusSchema), "").map(
    ({ path, type, meaning }) => `| \`${path}\` | ${type} | ${meaning} |\n`,
  );
  return `# Status as JSON

<!-- Made by \`npm run docs\` from src/contract/status.ts; a test fails when it is stale. -->

\`GET /status\` answers this, and \`hostsfile-server status --json\` prints it; [the protocol](protocol.md#status) has an example.

This is version ${statusVersion}, as \`schemaVersion\` says. Within a version, fields are only added. No field is removed or changes its type or meaning, and no code or reason changes. Messages and hints are for people and may change.

When there is no status, \`status --json\` prints an object with \`code\`, \`message\`, \`hint\` and, where there is one, \`command\` instead, and exits with 3. \`status --watch --json\` prints one object a line, at the start and at each change. A new call from ExternalDNS does not count as a change.

| field | type | meaning |
|---|---|---|
${rows.join("")}
For example, what needs attention, and the addresses of a name:

\`\`\`sh
hostsfile-server status --json | jq -r '.attention[] | "\\(.code): \\(.hint) \\(.command // "")"'
hostsfile-server status --json | jq -r '.names.list[] | select(.name == "foo.dtk.io").addresses[]'
\`\`\`
`;
}

interface Property {
  readonly path: string;
  readonly type: string;
  readonly meaning: string;
}

function propertiesOf({ properties = {} }: Schema, prefix: string): readonly Property[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property === "boolean") return [];
    const path = prefix + name;
    if (property.description === undefined) throw new Error(`${path} has no description`);
    return [{ path, type: typeOf(property), meaning: property.description }, ...innerOf(property, path)];
  });
}

/** The fields of an object, of a list's objects, and of what may be null. */
function innerOf({ properties, items, anyOf = [] }: Schema, path: string): readonly Property[] {
  if (properties !== undefined) return propertiesOf({ properties }, `${path}.`);
  if (typeof items === "object" && !Array.isArray(items)) return innerOf(items, `${path}[]`);
  return anyOf.flatMap((choice) => (typeof choice === "boolean" ? [] : innerOf(choice, path)));
}

function typeOf({ type, items, anyOf = [], additionalProperties }: Schema): string {
  if (anyOf.length > 0) return anyOf.map((choice) => (typeof choice === "boolean" ? "" : typeOf(choice))).join(" or ");
  if (Array.isArray(type)) return type.join(" or ");
  if (typeof items === "object" && !Array.isArray(items)) return `array of ${typeOf(items)}s`;
  if (typeof additionalProperties === "object") return `object of ${typeOf(additionalProperties)}s`;
  return type ?? "any";
}
