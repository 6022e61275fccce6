/** A machine whose only way to ports of this one leads over a cable, so that it can be cut off in silence. */
import { type Namespaces, connect, openNamespaces } from "./namespaces.ts";
import { forwardPort } from "./forward.ts";
import { run, startProgram } from "./program.ts";

export interface FarNetwork extends AsyncDisposable {
  /** What to put before a command so that it runs there, with the mounts of this machine. */
  readonly enter: readonly string[];
  /** Where the ports are there, as an address. */
  readonly address: string;
  /** Packets vanish in both directions, without an answer and without an end of a connection. */
  readonly cut: () => Promise<void>;
  readonly heal: () => Promise<void>;
  /** Takes the cable out of that machine, which sees it, and puts it back. */
  readonly unplug: () => Promise<void>;
  readonly plug: () => Promise<void>;
}

const cable = "far0";
const [here, there] = ["192.0.2.1", "192.0.2.2"];

/** Opens ports at an address of its network, and passes on to the same ports of its loopback. */
const relays = `
  const { connect, createServer } = require("node:net");
  const [address, ...ports] = process.argv.slice(1);
  for (const port of ports) createServer((caller) => {
    const answerer = connect(Number(port), "127.0.0.1");
    for (const socket of [caller, answerer]) socket.on("error", () => [caller, answerer].map((each) => each.destroy()));
    caller.pipe(answerer).pipe(caller);
  }).listen(Number(port), address);
`;

/** Opens it; what runs there reaches these ports of this machine's loopback and nothing else. */
export async function openFarNetwork(ports: readonly number[]): Promise<FarNetwork> {
  await using opened = new AsyncDisposableStack();
  const machine: Namespaces = opened.use(await openNamespaces("network"));
  const between: Namespaces = opened.use(await openNamespaces("network"));
  await connect(machine, between, { name: cable, addresses: [[here, there]] });
  for (const port of ports) opened.use(await forwardPort(port, between.enter));
  opened.use(await startProgram([...between.enter, process.execPath, "-e", relays, there, ...ports.map(String)]));
  const change = async (how: "add" | "delete"): Promise<void> => {
    await run([...between.enter, "ip", "route", how, "blackhole", `${here}/32`]);
  };
  const set = async (state: "up" | "down"): Promise<void> => {
    await run([...machine.enterNetwork, "ip", "link", "set", cable, state]);
  };
  const owned = opened.move();
  return {
    enter: machine.enterNetwork,
    address: there,
    cut: () => change("add"),
    heal: () => change("delete"),
    unplug: () => set("down"),
    plug: () => set("up"),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
