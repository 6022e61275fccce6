/** How long `doctor` takes when all parts are up: a cluster on a machine of its own with ExternalDNS, the server, a name that resolves. */
import { bringUp, openBridgedDesktop } from "../test/cluster/bridged-desktop.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { type Row, milliseconds } from "./row.ts";
import { interleave, timed } from "./sample.ts";

/** Milliseconds that a user waits for an answer. */
const atMost = 2000;

/** `doctor` and `doctor NAME`; each ends well, or this throws. */
export async function measureDoctor(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const desktop = opened.use(await openBridgedDesktop());
  const { terminal } = desktop;
  opened.use(await desktop.connectAPI());
  await desktop.startController();
  await bringUp(desktop, "sudo ./hostsfile-server");
  const doctor = async (name: string): Promise<number> =>
    timed(async () => terminal.type(`hostsfile-server doctor ${name}`));
  await eventually(async () => Promise.all([doctor(""), doctor("foo.dtk.io")]), { timeoutMs: 60_000 });
  const { all, one } = await interleave(15, { all: async () => doctor(""), one: async () => doctor("foo.dtk.io") });
  return [row("doctor with all parts up", all), row("doctor foo.dtk.io, the same", one)];
}

function row(what: string, ours: number): Row {
  return { what, ours: milliseconds(ours), reference: "", ratio: undefined, goal: "under 2 s", met: ours < atMost };
}
