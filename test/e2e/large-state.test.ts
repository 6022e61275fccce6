/** A state and a hosts file as a version without limits left them: the server starts, answers, and clears. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { expect, test } from "vitest";
import { initialSettings, parseClusterIPs } from "../../src/records/cluster.ts";
import { parseManagedDomain } from "../../src/records/managed-domain.ts";
import { digest } from "../../src/sinks/hosts-file/document/digest.ts";
import { endMarker, renderBegin } from "../../src/sinks/hosts-file/document/marker.ts";
import { curl, postRecords } from "../support/http.ts";
import { type OldRow, writeOldState } from "../support/old-state.ts";
import { runProduct, startProduct } from "../support/product.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const addresses = 1_100_000;
/** With so many of 8 MiB the list of all records is longer than a text can be, 512 MiB. */
const largeRecords = 68;
const users = "127.0.0.1 localhost\n";
const bigName = `${"n".repeat(63)}.`.repeat(3) + `${"n".repeat(50)}.dtk.io`;

function* rows(): Generator<OldRow> {
  const targets = Array.from(
    { length: addresses },
    (_, index) => `"10.${index >> 16}.${(index >> 8) & 255}.${index & 255}"`,
  );
  yield { name: bigName, endpoint: `{"dnsName":"${bigName}","recordType":"A","targets":[${targets.join()}]}` };
  const padding = "x".repeat(8 * 1024 * 1024);
  for (let index = 0; index < largeRecords; index++) {
    const name = `r${index}.dtk.io`;
    yield { name, endpoint: `{"dnsName":"${name}","recordType":"A","targets":["192.0.2.1"],"x":"${padding}"}` };
  }
  yield { name: "small.dtk.io", endpoint: `{"dnsName":"small.dtk.io","recordType":"A","targets":["192.0.2.1"]}` };
}

/** Reads an answer to its end without keeping it. */
async function measure(
  url: string,
): Promise<{ readonly status: number; readonly bytes: number; readonly ends: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; bytes: number; ends: string }>();
  const sent = request(url, { agent: false });
  sent.on("error", reject);
  sent.on("response", (response) => {
    let bytes = 0;
    let [first, last] = ["", ""];
    response.setEncoding("latin1");
    response.on("data", (chunk: string) => {
      bytes += chunk.length;
      first ||= chunk.slice(0, 1);
      last = chunk.slice(-2);
    });
    response.on("error", reject);
    response.on("end", () => resolve({ status: response.statusCode ?? 0, bytes, ends: first + last }));
  });
  sent.end();
  return promise;
}

test(
  "records of 600 MB and a block of 290 MB: it is ready, shows what fits, lists everything, and clears",
  { timeout: 600_000 },
  async () => {
    using folder = temporaryFolder();
    const [hostsFile, state] = [join(folder.path, "hosts"), join(folder.path, "state")];
    const domains = [parseManagedDomain("dtk.io")].filter((domain) => domain !== undefined);
    const clusterIPs = parseClusterIPs(["192.0.2.7"]) ?? [];
    writeOldState(state, { ...initialSettings, domains, clusterIPs, targets: "record" }, rows());
    const lines = Array.from(
      { length: addresses },
      (_, index) => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255} ${bigName}\n`,
    );
    const body = lines.join("");
    writeFileSync(
      hostsFile,
      `${users}${renderBegin({ body: digest(body), endedLine: undefined })}\n${body}${endMarker}\n`,
    );
    expect(statSync(hostsFile).size).toBeGreaterThan(256 * 1024 * 1024);
    const flags = [`--hosts-file=${hostsFile}`, `--state-dir=${state}`];
    {
      await using server = await startProduct(flags);
      expect((await curl(`${server.url}/readyz`)).text).toContain('"ready":true');
      expect(readFileSync(hostsFile, "utf8")).toContain("\n192.0.2.1 small.dtk.io\n");
      expect(statSync(hostsFile).size).toBeLessThan(1000);
      const status = JSON.parse((await curl(`${server.url}/status`)).text);
      expect(status.notShown.total).toBe(largeRecords + 1);
      expect(status.attention.map(({ code }: { code: string }) => code)).toEqual(["record-too-large"]);
      const list = await measure(`${server.url}/records`);
      expect(list.status).toBe(200);
      expect(list.bytes).toBeGreaterThan(largeRecords * 8 * 1024 * 1024);
      expect(list.ends).toBe("[}]");
      const gone = { delete: [{ dnsName: bigName, recordType: "A" }] };
      expect((await postRecords(server.url, gone)).status).toBe(204);
    }
    const cleared = await runProduct(["clear", ...flags]);
    expect([cleared.talk, cleared.exitCode]).toEqual(["", 0]);
    expect(readFileSync(hostsFile, "utf8")).toBe(users);
  },
);
