/** What stands in the way of the service: looked for before anything is done, and all of it said at once. */
import { accessSync, constants } from "node:fs";
import { createServer } from "node:net";
import type { Trouble } from "../trouble.ts";
import { otherManagers } from "./other-managers.ts";
import type { ListenPlace } from "./units.ts";
import { isSystemdThere } from "./systemctl.ts";

export interface ObstacleOptions {
  readonly listen: ListenPlace;
  /** Whether the port is held by a service that this one replaces. */
  readonly isPortOurs: boolean;
  readonly hostsFile: string;
  /** Where cloud-init and WSL are configured, `/etc` but in tests. */
  readonly etc?: string;
}

/** Finds everything that hinders; an empty list is the way clear. */
export async function findObstacles(options: ObstacleOptions): Promise<readonly Trouble[]> {
  const { listen, isPortOurs, hostsFile, etc = "/etc" } = options;
  return [
    ...(isSystemdThere() ? [] : [noSystemd]),
    ...(isPortOurs || (await isPortFree(listen)) ? [] : [portTaken(listen)]),
    ...otherManagers(hostsFile, etc),
    ...unwritable(hostsFile),
  ];
}

const noSystemd: Trouble = {
  code: "no-systemd",
  message: "systemd does not run this machine.",
  hint: "Start the server by what does: sudo hostsfile-server serve; in WSL, systemd is switched on in /etc/wsl.conf.",
};

async function isPortFree({ host, port }: ListenPlace): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", (error) => resolve(!("code" in error && error.code === "EADDRINUSE")));
  server.listen({ host: host ?? "::", port }, () => server.close(() => resolve(true)));
  return promise;
}

function portTaken({ port }: ListenPlace): Trouble {
  const message = `Port ${port} is taken by another program.`;
  const hint = `See which (sudo ss -ltnp 'sport = :${port}') and stop it, or choose another: sudo hostsfile-server install --port=5001`;
  return { code: "port-taken", message, hint };
}

function unwritable(hostsFile: string): readonly Trouble[] {
  try {
    accessSync(hostsFile, constants.W_OK);
    return [];
  } catch (error) {
    const message = `${hostsFile} cannot be written: ${error instanceof Error ? error.message : String(error)}.`;
    return [
      { code: "hosts-file-unwritable", message, hint: `Mend it, then run this again; see: hostsfile-server doctor` },
    ];
  }
}
