/** Whether this process may open connections at all: a service of the system may not, unless it was installed so. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { errorCode } from "../../base/errors.ts";
import type { Trouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";

/** Finds out; a socket that is bound to this machine alone sends nothing. */
export async function findSandbox(): Promise<Trouble | undefined> {
  try {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    socket.close();
    return undefined;
  } catch (error) {
    return errorCode(error) === "EAFNOSUPPORT" ? sandboxed : undefined;
  }
}

const sandboxed: Trouble = {
  code: "team-sandboxed",
  message: "The service may open no connection, so it cannot follow a team.",
  hint: "Install it again so that it may, then join:",
  command: platform.commands.asRoot("hostsfile-server install --teams"),
};
