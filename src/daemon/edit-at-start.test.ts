/** The hosts file may be edited at any moment, also while the server starts and shows nothing yet. */
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { freeDNSPort } from "../../test/support/dns-client.ts";
import { startHere } from "../../test/support/here.ts";
import { curl } from "../../test/support/http.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

const late = "../sinks/dns/dns-sink.ts";

afterEach(() => vi.doUnmock(late));

test("an edit between two parts of the start is kept, and the server goes on", async () => {
  using folder = temporaryFolder();
  const hostsFile = join(folder.path, "hosts");
  await writeFile(hostsFile, "127.0.0.1 localhost\n");
  // The part that comes after the hosts file takes its time, and the file is edited meanwhile.
  vi.doMock(late, async (importOriginal) => {
    await appendFile(hostsFile, "192.0.2.9 mine\n");
    await sleep(500);
    return importOriginal();
  });
  const place = [`--hosts-file=${hostsFile}`, `--state-dir=${join(folder.path, "state")}`];
  const names = ["--domains=dtk.io", "--cluster-ip=192.0.2.1"];
  const dns = `--dns-listen=127.0.0.1:${await freeDNSPort()}`;
  await using server = await startHere(["--host=127.0.0.1", dns, ...names, ...place]);
  expect((await curl(`${server.url}/readyz`)).status).toBe(200);
  expect(await readFile(hostsFile, "utf8")).toBe("127.0.0.1 localhost\n192.0.2.9 mine\n");
});
