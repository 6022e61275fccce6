/** Two team servers with TLS on a real etcd, each behind a door, for tests of desktops that follow them. */
import { copyFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { type Door, openDoor } from "./door.ts";
import { type EtcdCluster, startEtcdCluster } from "./etcd.ts";
import { freePort } from "./eventually.ts";
import { run } from "./program.ts";
import { type TeamServer, runTeamCommand, startTeamServer, storeFlags } from "./team-server.ts";

/** A server as desktops see it. */
export interface Front {
  readonly door: Door;
  /** Where desktops follow it, through its door. */
  readonly url: string;
  readonly server: () => TeamServer;
  /** Ends it as a machine that fails. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

export interface TeamFront extends AsyncDisposable {
  readonly etcd: EtcdCluster;
  readonly fronts: readonly [Front, Front];
  readonly certificates: Certificates;
  /** Prints an invitation. */
  readonly invite: (...flags: readonly string[]) => Promise<string>;
  /** Runs `team COMMAND` on this etcd. */
  readonly command: (...words: readonly string[]) => Promise<string>;
  /** Puts another certificate with its key in the place of the servers' own. */
  readonly replaceCertificate: (certificate: string, key: string) => Promise<void>;
  /** Asks the first server as a desktop, and returns status and body. */
  readonly ask: (front: Front, path: string, token: string, body?: object) => Promise<{ status: number; body: string }>;
}

/**
 * Founds the team and starts its servers.
 *
 * @param members - of etcd
 */
export async function openTeamFront(members = 1): Promise<TeamFront> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder()).path;
  const made = await makeCertificates(folder, "localhost");
  const place = { certificate: join(folder, "served.crt"), key: join(folder, "served.key") };
  const replaceCertificate = async (certificate: string, key: string): Promise<void> => {
    for (const [from, to] of [
      [certificate, place.certificate],
      [key, place.key],
    ] as const) {
      await copyFile(from, `${to}.new`);
      await rename(`${to}.new`, to);
    }
  };
  await replaceCertificate(made.certificate, made.key);
  const etcd = started.use(await startEtcdCluster({ members }));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const openFront = async (): Promise<Front> => {
    const [followPort, port] = [await freePort(), await freePort()];
    const tls = [`--tls-cert=${place.certificate}`, `--tls-key=${place.key}`];
    let server: TeamServer | undefined;
    const start = async (): Promise<void> => {
      server = await startTeamServer({ etcd, port, flags: [`--follow-port=${followPort}`, ...tls] });
    };
    await start();
    started.defer(async () => void (await server?.stop()));
    const door = started.use(await openDoor(followPort));
    return {
      door,
      url: `https://localhost:${door.port}`,
      start,
      kill: async () => void (await server?.stop("SIGKILL")),
      server: () => {
        if (server === undefined) throw new Error("the server was never started");
        return server;
      },
    };
  };
  const fronts = [await openFront(), await openFront()] as const;
  const servers = fronts.map(({ url }) => url).join(",");
  const command = (...words: readonly string[]): Promise<string> =>
    runTeamCommand("team", ...words, ...storeFlags(etcd));
  const owned = started.move();
  return {
    etcd,
    fronts,
    certificates: made,
    command,
    replaceCertificate,
    invite: async (...flags) =>
      (await command("invite", `--servers=${servers}`, `--servers-ca=${made.authority}`, ...flags)).trim(),
    ask: async ({ url }, path, token, body) => {
      const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
      const shown = ["-H", `Authorization: Bearer ${token}`];
      const flags = ["-sS", "--compressed", "--cacert", made.authority, "-w", "\n%{http_code}"];
      const output = await run(["curl", ...flags, ...shown, ...data, `${url}${path}`]);
      const end = output.lastIndexOf("\n");
      return { status: Number(output.slice(end)), body: output.slice(0, end) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
