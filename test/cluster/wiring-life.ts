/** What the tests of telling a resolver do on its desktop: hand names in, resolve them, and compare with how it was before. */
import { expect } from "vitest";
import { type Status, statusSchema } from "../../src/contract/status.ts";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import { eventually } from "./eventually.ts";
import { type ResolverDesktop, home } from "./resolver-desktop.ts";

export const launcher = `${home}/hostsfile-server`;
export const clusterIP = "192.168.122.9";

/** Everything that an uninstallation gives back. */
export interface DesktopState {
  readonly tree: ReadonlyMap<string, string>;
  readonly status: string;
  readonly links: string;
}

/** What a resolver's own process writes down while it runs. */
const ownFiles = /^\/(?:var\/lib\/(?:unbound|NetworkManager|misc)|etc\/resolv\.conf$)/;

/** Looks at everything that an uninstallation gives back. */
export async function lookAtDesktop({ machine, shell }: ResolverDesktop): Promise<DesktopState> {
  const changes = [...(await machine.changes())];
  return {
    // Compiled code that the checkout keeps beside itself does not belong to the installation.
    tree: new Map(changes.filter(([path]) => !path.startsWith(`${home}/dist/.compiled`) && !ownFiles.test(path))),
    // Which server answered last, and how, is not a setting.
    status: (await shell("resolvectl status 2>&1 || true")).replaceAll(
      /^ *Current DNS Server:.*\n|^ +|(?<=^Link )\d+/gm,
      "",
    ),
    // The cable is another one after a boot, with numbers of its own.
    links: (await shell("ip -brief address; ls -A /run/systemd/resolve.hook 2>&1 || true; cat /etc/resolv.conf"))
      .replaceAll(/@if\d+/g, "")
      .replaceAll(/fe80::[\da-f:]+/g, "fe80::"),
  };
}

/** Looks until two looks in a row find the same: links and resolvers settle a moment after a boot. */
export async function lookWhenSettled(desktop: ResolverDesktop): Promise<DesktopState> {
  let found = await lookAtDesktop(desktop);
  const lookAgain = async (): Promise<DesktopState> => {
    const before = found;
    found = await lookAtDesktop(desktop);
    expect(found).toEqual(before);
    return found;
  };
  return eventually(lookAgain, { intervalMs: 1000 });
}

/** The address that programs get for a name, once they get one. */
export async function addressOf({ shell }: ResolverDesktop, name: string): Promise<string | undefined> {
  return eventually(async () => (await shell(`getent ahostsv4 ${name}`)).split(/\s/)[0]);
}

/** Waits until programs get our address for a name that they got another address for before. */
export async function comesToUs({ shell }: ResolverDesktop, name: string): Promise<void> {
  await eventually(async () => expect(await shell(`getent ahostsv4 ${name}`)).toContain(clusterIP));
}

/** Waits until the resolver asks the uplink about names of a domain, as about those of any other. */
export async function goesElsewhere({ shell, askedUplink }: ResolverDesktop, domain: string): Promise<void> {
  await eventually(async () => {
    // A name that was never asked for is in no cache.
    const name = `gone${performance.now().toFixed()}.${domain}`;
    await shell(`getent hosts ${name} || true`);
    expect(await askedUplink()).toContain(name);
  });
}

/** Shows names of the default cluster, as ExternalDNS hands them in. */
export async function showNames(desktop: ResolverDesktop, names: readonly string[]): Promise<void> {
  const create = names.map((dnsName) => ({ dnsName, targets: [clusterIP], recordType: "A" }));
  await callServer(desktop, "POST", "/records", JSON.stringify({ create }));
}

/** Calls the server as its administrator. */
export async function callServer({ shell }: ResolverDesktop, method: string, path: string, body = ""): Promise<string> {
  const script = `
    const { existsSync, readFileSync } = require("node:fs");
    const file = "/etc/hostsfile-server/token";
    const authorization = existsSync(file) ? { authorization: "Bearer " + readFileSync(file, "utf8").trim() } : {};
    const options = { port: 5000, path: "${path}", method: "${method}", headers: authorization };
    require("node:http").request(options, (answer) => {
      process.exitCode = answer.statusCode < 300 ? 0 : 1;
      answer.pipe(process.stdout);
    }).end(process.argv[1]);`;
  return shell(`${home}/node_modules/.bin/node -e '${script}' '${body}'`);
}

/** What the server says of the system resolver. */
export async function resolverStatus(desktop: ResolverDesktop): Promise<Status["resolver"]> {
  return statusSchema.parse(JSON.parse(await callServer(desktop, "GET", "/status"))).resolver;
}

/** Whether the server was asked about a name outside its domains, which it refuses. */
export async function wasAskedOutside(desktop: ResolverDesktop): Promise<boolean> {
  return /dns_queries_total\{.*rcode="REFUSED"/.test(await callServer(desktop, "GET", "/metrics"));
}

/** What doctor finds, of everything or of one name. */
export async function examine({ shell }: ResolverDesktop, name = ""): Promise<Report> {
  return reportSchema.parse(JSON.parse(await shell(`${launcher} doctor ${name} --json || true`)));
}

/** What a check of doctor says: its grade and its messages. */
export function wordsOf({ checks }: Report, id: string): string {
  const check = checks.find((each) => each.id === id);
  return [check?.grade, ...(check?.findings ?? []).map(({ message }) => message)].join(" ");
}
