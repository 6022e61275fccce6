/** `GET /records` of 10,000 endpoints, which ExternalDNS asks for at every loop. */
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { type Row, fasterRow, milliseconds, ratioRow } from "./row.ts";
import { interleave, timed } from "./sample.ts";
import { openServer } from "./server.ts";

/** Milliseconds that a public provider was measured at. */
const published = 18;

/** Measures until the last byte of the answer is read. */
export async function measureListRecords(disk: Disk): Promise<readonly Row[]> {
  await using server = await openServer(join(disk.path, "list"), 5000);
  const list: unknown = JSON.parse(await server.send("GET", "/records"));
  if (!Array.isArray(list) || list.length !== 10_000) throw new Error("not 10,000 endpoints");
  const { ours, stringify } = await interleave(60, {
    ours: () => timed(() => server.send("GET", "/records")),
    stringify: () => timed(() => JSON.stringify(list)),
  });
  const what = "GET /records of 10,000 endpoints (5,000 CNAME, 5,000 TXT)";
  return [
    ratioRow({ what, ours, reference: stringify, against: "JSON.stringify", atMost: 3, format: milliseconds }),
    fasterRow({ what: "the same, against a public Go provider", ours, published }),
  ];
}
