/** The server is looked for where the cluster will call it and on this machine alone; a stranger is named, and none is waited for. */
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { type AnsweringServer, answeringServer } from "../../../test/support/answering-server.ts";
import { statusOf } from "../../../test/support/status.ts";
import { findServer } from "../../client/server.ts";
import { parseAddress } from "../../records/address.ts";
import { locateServer, requireServerAt } from "./locate-server.ts";

const silent = (): void => undefined;

/** A server that answers to its status as ours does. */
function ours(): Promise<AnsweringServer> {
  return answeringServer(() => ({ body: JSON.stringify(statusOf()) }));
}

function intentAt(port: number, hostIP?: string) {
  const given = { port, team: undefined, token: undefined, waitServer: false };
  return { ...given, hostIP: hostIP === undefined ? undefined : parseAddress(hostIP) };
}

/** A port at which nobody listens any more. */
async function closedPort(): Promise<{ readonly port: number }> {
  await using server = await ours();
  return { port: server.port };
}

describe("where it is looked for", () => {
  test("is localhost where no host is configured", async () => {
    await using server = await ours();
    const found = await locateServer(intentAt(server.port), silent);
    expect(found.url).toBe(`http://localhost:${server.port}`);
  });

  test("is first the address that the cluster will call", async () => {
    await using server = await ours();
    const found = await locateServer(intentAt(server.port, "127.0.0.1"), silent);
    expect(found.host).toBe("127.0.0.1");
  });

  test.each(["192.0.2.1", "2001:db8::1"])(
    "is never another machine, whatever a configuration says (%s)",
    async (host) => {
      await using server = await ours();
      expect((await locateServer(intentAt(server.port, host), silent)).host).toBe("localhost");
    },
  );

  test("is localhost too, where the other place is another program's", async () => {
    const stranger = createServer((_, response) => response.end("hello")).listen(0, "::1");
    await once(stranger, "listening");
    const { port } = stranger.address() as AddressInfo;
    const server = createServer((_, response) => response.end(JSON.stringify(statusOf()))).listen(port, "127.0.0.1");
    await once(server, "listening");
    try {
      expect((await locateServer(intentAt(port, "127.0.0.1"), silent)).host).toBe("127.0.0.1");
      await expect(locateServer({ ...intentAt(port, "::1") }, silent)).resolves.toBeDefined();
    } finally {
      for (const each of [stranger, server]) each.close();
    }
  });
});

describe("where none is", () => {
  test("says so with every place, and that it may be waited for", async () => {
    await expect(locateServer(intentAt(1, "127.0.0.1"), silent)).rejects.toMatchObject({
      code: "no-server",
      exitCode: 3,
      message: "No hostsfile-server answers on port 1 of 127.0.0.1 or localhost.",
      hint: expect.stringContaining("--wait-server"),
    });
  });

  test("a stranger on the port is named", async () => {
    await using stranger = await answeringServer(() => ({ body: "<html>" }));
    await expect(locateServer(intentAt(stranger.port), silent)).rejects.toMatchObject({
      code: "port-of-another",
      exitCode: 3,
    });
  });

  test("it is waited for where that is wished, which is said once", async () => {
    const said: string[] = [];
    const { port } = await closedPort();
    const waiting = locateServer({ ...intentAt(port), waitServer: true }, (line) => said.push(line));
    await vi.waitFor(() => expect(said).toHaveLength(1), { timeout: 60_000 });
    const server = createServer((_, response) => response.end(JSON.stringify(statusOf()))).listen(port, "127.0.0.1");
    await once(server, "listening");
    try {
      expect((await waiting).url).toBe(`http://localhost:${port}`);
    } finally {
      server.close();
    }
    expect(said).toEqual([
      `Waiting for hostsfile-server on port ${port}; start it: sudo hostsfile-server --port=${port}`,
    ]);
  });
});

describe("a team server", () => {
  function teamAt(port: number, host = "127.0.0.1") {
    return { ...intentAt(port, host), team: `http://${host}:${port}` };
  }

  test("is asked where it is said to be, and this machine's own server is not", async () => {
    await using server = await ours();
    expect((await locateServer(teamAt(server.port), silent)).url).toBe(`http://127.0.0.1:${server.port}`);
    await expect(locateServer(teamAt(server.port, "::1"), silent)).rejects.toMatchObject({ code: "no-server" });
  });

  test("that does not answer is named, with what asks it", async () => {
    const { port } = await closedPort();
    await expect(locateServer(teamAt(port), silent)).rejects.toMatchObject({
      code: "no-server",
      exitCode: 3,
      message: `No team server answers at http://127.0.0.1:${port}.`,
      command: `curl http://127.0.0.1:${port}/healthz`,
    });
  });
});

describe("where the cluster will call", () => {
  async function found(port: number) {
    return (await findServer({ host: "localhost", port, token: undefined })) ?? expect.fail();
  }

  test("it must answer as well", async () => {
    await using server = await ours();
    const at = await found(server.port);
    await requireServerAt("127.0.0.1", at, intentAt(server.port));
    expect(server.requests.length).toBeGreaterThan(1);
  });

  test("and does not is said with both places, and how to start it", async () => {
    await using server = await ours();
    const at = await found(server.port);
    await expect(requireServerAt("::1", at, intentAt(server.port))).rejects.toMatchObject({
      code: "server-elsewhere",
      exitCode: 3,
      message: `The server answers at http://localhost:${server.port} but not at http://[::1]:${server.port}, where the cluster would call it.`,
      hint: expect.stringContaining("--host=::1"),
    });
  });

  test.each(["host.docker.internal", "10.0.2.2", "192.0.2.1"])(
    "cannot be tried from here where it is %s, which means this machine in the cluster alone",
    async (host) => {
      await using server = await ours();
      const at = await found(server.port);
      const before = server.requests.length;
      await requireServerAt(host, at, intentAt(server.port));
      expect(server.requests).toHaveLength(before);
    },
  );
});
