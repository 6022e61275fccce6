/** An outside client, in Go as ExternalDNS is, against this server and a provider in Go: what ExternalDNS asks for at every loop, and what is left afterwards. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Disk } from "./disk.ts";
import { type BenchEndpoint, endpointsOf, manyEndpoints } from "./endpoints.ts";
import { openFloor } from "./floor.ts";
import { type OutsideClient, buildOutsideProgram, startClient, startProvider } from "./outside-program.ts";
import { type Row, mebibytes, microseconds, milliseconds, ratioRow } from "./row.ts";
import { interleave, median, timed } from "./sample.ts";
import { residentBytes } from "../test/support/resident-memory.ts";
import { openServer } from "./server.ts";

const sizes = [10, 1000, 10_000] as const;

/** Names in one post, and what each may cost in milliseconds. */
const bulk = { names: 10_000, most: 0.04 } as const;

/** Milliseconds in which `/healthz` must be answered whatever else is done. */
const healthyWithin = 50;

/** Milliseconds after the work, and bytes that may be left then. */
const rest = { after: 10_000, most: 100 * 1024 * 1024 } as const;

/** Measures all of it. */
export async function measureOutside(disk: Disk): Promise<readonly Row[]> {
  const program = await buildOutsideProgram();
  await using client = startClient(program);
  const rows: Row[] = [];
  for (const names of sizes) {
    const place = join(disk.path, `outside-${names}`);
    rows.push(...(await compare({ client, program, place, names })));
  }
  return [...rows, ...(await measureBulkPost(join(disk.path, "outside-bulk"), program))];
}

interface Comparing {
  readonly client: OutsideClient;
  readonly program: string;
  readonly place: string;
  readonly names: number;
}

async function compare({ client, program, place, names }: Comparing): Promise<readonly Row[]> {
  await using server = await openServer(place, names);
  await using provider = await startProvider(program, join(place, "provider"));
  using floor = openFloor(server);
  const endpoints = manyEndpoints(names);
  await client.send("POST", `${provider.url}/records`, bodyOf({ create: endpoints }));
  const offered = JSON.stringify(endpoints.filter(({ recordType }) => recordType === "CNAME"));
  const hosts = readFileSync(server.hostsFile);
  const list = (url: string) => () => client.send("GET", `${url}/records`);
  const adjust = (url: string) => () => client.send("POST", `${url}/adjustendpoints`, offered);
  const times = await interleave(names > 1000 ? 20 : 60, {
    list: list(server.url),
    listOther: list(provider.url),
    adjust: adjust(server.url),
    adjustOther: adjust(provider.url),
  });
  let turn = 0;
  const added = await interleave(30, {
    ours: async () => {
      const change = endpointsOf(`added-${(turn += 1)}`);
      const duration = await client.send("POST", `${server.url}/records`, bodyOf({ create: change }));
      await client.send("POST", `${server.url}/records`, bodyOf({ delete: change }));
      await sleep(300);
      return duration;
    },
    floor: () => timed(() => floor.change(JSON.stringify(endpointsOf("added-0")), hosts)),
  });
  await sleep(rest.after);
  const [ours, theirs] = [residentBytes(server.pid), residentBytes(provider.pid)];
  const against = { against: "a provider in Go", atMost: 1, format: milliseconds };
  const of = `of ${names.toLocaleString("en")} names, from outside`;
  return [
    ratioRow({ what: `GET /records ${of}`, ours: times.list, reference: times.listOther, ...against }),
    ratioRow({ what: `POST /adjustendpoints ${of}`, ours: times.adjust, reference: times.adjustOther, ...against }),
    ratioRow({
      what: `one name added to ${names.toLocaleString("en")}, from outside`,
      ours: added.ours,
      reference: added.floor,
      against: "synced floor",
      atMost: 3,
      format: milliseconds,
    }),
    {
      what: `resident memory 10 s later, ${of}`,
      ours: mebibytes(ours),
      reference: `a provider in Go: ${mebibytes(theirs)}`,
      ratio: ours / theirs,
      goal: `below ${mebibytes(rest.most)}`,
      met: ours < rest.most,
    },
  ];
}

/** One post of many names to an empty server, and how long another client has to wait meanwhile. */
async function measureBulkPost(place: string, program: string): Promise<readonly Row[]> {
  const body = bodyOf({ create: manyEndpoints(bulk.names) });
  const [costs, waits]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < 3; turn += 1) {
    await using server = await openServer(`${place}-${turn}`);
    await using client = startClient(program);
    await using other = startClient(program);
    const work = { isDone: false };
    const posted = client.send("POST", `${server.url}/records`, body).finally(() => (work.isDone = true));
    let longest = 0;
    while (!work.isDone) {
      longest = Math.max(longest, await other.send("GET", `${server.url}/healthz`));
      await sleep(5);
    }
    costs.push((await posted) / bulk.names);
    waits.push(longest);
  }
  const [cost, wait] = [median(costs), median(waits)];
  const none = { reference: "", ratio: undefined };
  const what = `one post of ${bulk.names.toLocaleString("en")} names, from outside`;
  return [
    {
      what: `${what}, per name`,
      ours: microseconds(cost),
      ...none,
      goal: `at most ${microseconds(bulk.most)}`,
      met: cost <= bulk.most,
    },
    {
      what: "the longest wait for /healthz meanwhile",
      ours: milliseconds(wait),
      ...none,
      goal: `at most ${healthyWithin} ms`,
      met: wait <= healthyWithin,
    },
  ];
}

function bodyOf(changes: Readonly<Record<string, readonly BenchEndpoint[]>>): string {
  return JSON.stringify(changes);
}
