/** Tries whether something listens at an address, as a browser would come: TCP on the ports of HTTP and HTTPS. */
import { createConnection } from "node:net";
import type { Address } from "../../records/address.ts";
import { errorCode } from "../../base/errors.ts";

/** `open`: somebody listens; `closed`: the machine is there and nobody listens; `silent`: no answer in time or no way. */
export type ProbeResult = "open" | "closed" | "silent";

/** Says how an address answers. */
export type Probe = (address: Address) => Promise<ProbeResult>;

const webPorts = [80, 443] as const;

/** Milliseconds: a desktop's own cluster answers at once. */
const patience = 1000;

/** Tries both ports at once. */
export async function probeAddress(address: Address, ports: readonly number[] = webPorts): Promise<ProbeResult> {
  const results = await Promise.all(ports.map((port) => probePort(address, port)));
  return (["open", "closed"] as const).find((result) => results.includes(result)) ?? "silent";
}

async function probePort(host: string, port: number): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>();
  const socket = createConnection({ host, port, timeout: patience });
  socket.on("connect", () => resolve("open"));
  socket.on("timeout", () => resolve("silent"));
  socket.on("error", (error) => resolve(errorCode(error) === "ECONNREFUSED" ? "closed" : "silent"));
  return promise.finally(() => socket.destroy());
}
