/** The code that reads and writes etcd's messages is what the script makes of `etcd.proto`. */
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { codecPath, generateCodec } from "../scripts/etcd-codec.ts";

test("src/etcd/messages.ts is current; to make it anew: node scripts/etcd-codec.ts", async () => {
  expect(await readFile(codecPath, "utf8")).toBe(await generateCodec());
});
