/** The probe tells a listener from a machine without one, on real sockets. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { parseAddress } from "../../records/address.ts";
import { probeAddress } from "./probe.ts";

const here = parseAddress("127.0.0.1");

test("open while somebody listens on one of the ports, closed afterwards", async () => {
  if (here === undefined) throw new Error("no address");
  const server = createServer().listen(0, here);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const other = createServer().listen(0, here);
  await once(other, "listening");
  const { port: closedPort } = other.address() as AddressInfo;
  other.close();
  await once(other, "close");
  expect(await probeAddress(here, [closedPort, port])).toBe("open");
  server.close();
  await once(server, "close");
  expect(await probeAddress(here, [closedPort, port])).toBe("closed");
});
