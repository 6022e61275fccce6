/** One team server on a real etcd with desktops that nobody invited, for tests and measurements of many that follow it. */
import { type Credential, formatCredential, hashOfSecret, makeCredential } from "../../src/contract/invitation.ts";
import { writeDesktop } from "../../src/team-server/plan/desktop.ts";
import { desktopKey } from "../../src/team-server/plan/keys.ts";
import { etcdClientOf, putAll } from "../support/etcd-puts.ts";
import { type EtcdCluster, startEtcdCluster } from "./etcd.ts";
import { freePort } from "./eventually.ts";
import { type TeamServer, configure, runTeamCommand, startTeamServer, storeFlags } from "./team-server.ts";

/** The team's only domain. Its cluster is `a`. */
export const followedDomain = "dev.example.com";

export interface FollowedServer extends AsyncDisposable {
  readonly etcd: EtcdCluster;
  /** The one that runs, or ran last. */
  readonly server: () => TeamServer;
  /** Where desktops follow it, on loopback and without TLS, as behind an ingress. */
  readonly followPort: number;
  /** A token for each desktop. */
  readonly tokens: readonly string[];
  /** Ends the server as a machine that fails. */
  readonly kill: () => Promise<void>;
  /** Starts it again, on the same ports. */
  readonly start: () => Promise<void>;
}

/**
 * Founds a team with one cluster, lets desktops in, and starts the server.
 *
 * @param desktops - how many may follow
 */
export async function openFollowedServer(desktops: number): Promise<FollowedServer> {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdCluster({ members: 1 }));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const credentials = Array.from({ length: desktops }, () => makeCredential());
  await admit(etcd, credentials);
  const [port, followPort] = [await freePort(), await freePort()];
  const run = (): Promise<TeamServer> => startTeamServer({ etcd, port, flags: [`--follow-port=${followPort}`] });
  let server = await run();
  opened.defer(async () => void (await server.stop()));
  await configure(server, "a", "10.0.0.1", followedDomain);
  const owned = opened.move();
  return {
    etcd,
    server: () => server,
    followPort,
    tokens: credentials.map(formatCredential),
    kill: async () => void (await server.stop("SIGKILL")),
    start: async () => {
      server = await run();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Lets desktops in that joined by nobody's invitation. */
async function admit(etcd: EtcdCluster, credentials: readonly Credential[]): Promise<void> {
  using client = etcdClientOf(etcd);
  const puts = credentials.map(({ id, secret }) => {
    const joined = { token: hashOfSecret(secret), desktop: "one of many", at: "" };
    return { key: desktopKey(id), value: writeDesktop({ invitation: "", domains: [], at: "", expires: "", joined }) };
  });
  await putAll(client, puts);
}
