/** Types what the README, the tutorial and the how-to pages tell their readers to type, as it is written. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type PrivateDesktop, openPrivateDesktop, userLines } from "../cluster/desktop.ts";
import { openDocumentedDesktop } from "../cluster/documented-desktop.ts";
import { chartFolder } from "../cluster/dtk.ts";
import { eventually } from "../cluster/eventually.ts";
import { startProgram } from "../cluster/program.ts";
import { type Terminal, openTerminal } from "../cluster/terminal.ts";
import { missingTools } from "../cluster/tools.ts";
import { type WholeCluster, startWholeCluster } from "../cluster/whole-cluster.ts";
import { type Fence, type Page, fencesOf, readPage, readPages } from "../support/markdown.ts";

const missing = missingTools();
const readme = [readPage("README.md")];
const tutorial = [readPage("docs/tutorial.md")];
const teamTutorial = [readPage("docs/team-tutorial.md")];
const watching = [readPage("docs/how-to/watch.md")];
const howTo = readPages().filter(({ path }) => path.startsWith("docs/how-to/"));
const typed = new Set<string>();

/** What identifies a block, of which two may be the same. */
function keyOf(page: Page, index: number): string {
  return `${page.path} ${index}`;
}

/** The blocks of some pages that a shell is to run, with their place among all. */
function blocksOf(pages: readonly Page[]): readonly (Fence & { readonly key: string })[] {
  return pages
    .flatMap((page) => fencesOf(page).map((fence, index) => ({ ...fence, key: keyOf(page, index) })))
    .filter(({ language }) => language === "sh");
}

/** The first block with a line that begins with these words and that was not typed yet. */
function take(pages: readonly Page[], start: string): string {
  const found = blocksOf(pages).find(({ key, code }) => !typed.has(key) && `\n${code}`.includes(`\n${start}`));
  if (found === undefined) {
    const paths = pages.map(({ path }) => path).join(", ");
    throw new Error(`No block in ${paths} starts with ${start} and was not typed yet`);
  }
  typed.add(found.key);
  return found.code;
}

/** A block that was typed before. */
function again(pages: readonly Page[], start: string): string {
  return blocksOf(pages).find(({ code }) => `\n${code}`.includes(`\n${start}`))?.code ?? "";
}

/** The first words of each block that nobody typed. */
function untyped(pages: readonly Page[]): readonly string[] {
  const left = blocksOf(pages).filter(({ key }) => !typed.has(key));
  return left.map(({ code }) => code.split(/\s/).slice(0, 3).join(" "));
}

/** A whole /etc and an empty /var/lib of its own, on the network of the machine. */
const mounts = `
  cp -a /etc/. "$D/etc/" && printf %s "$HOSTS" >"$D/etc/hosts" && mount --bind "$D/etc" /etc
  mkdir "$D/lib" && mount --bind "$D/lib" /var/lib`;

/** Plays the ingress controller on the node's address. */
function controller(address: string): readonly string[] {
  const program = `require("node:http").createServer((request, response) =>
    response.end("This is " + request.headers.host)).listen(80, process.argv[1], () => console.log("listening"))`;
  return [process.execPath, "-e", program, address];
}

interface Place extends AsyncDisposable {
  readonly cluster: WholeCluster;
  readonly desktop: PrivateDesktop;
  readonly terminal: Terminal;
}

/**
 * A desktop with a whole cluster. Two things cannot be as written: the chart comes from its source, since its repository
 * may be out of reach, and the way back is named, since the node that is played has its address on loopback.
 */
async function openPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await startWholeCluster());
  const desktop = opened.use(await openPrivateDesktop(mounts.replace("$HOSTS", userLines), "/etc/hosts"));
  const chart = chartFolder("v0.22.0");
  const terminal = opened.use(
    await openTerminal({
      enter: desktop.enter,
      folder: join(desktop.stateFolder, ".."),
      kubeconfig: cluster.kubeconfig,
      rewrite: (code) =>
        code
          .replace(/(?<!un)install-addon external-dns/, `$& --chart=${chart}`)
          .replace("--cluster kind-a", "--cluster test")
          .replace("http://192.168.122.1:5100", "http://127.0.0.1:5100")
          .replace(/^ {2}domain: .*$/m, "$&\n  host-ip: 127.0.0.1"),
    }),
  );
  opened.use(await startProgram(controller(cluster.address)));
  const owned = opened.move();
  return { cluster, desktop, terminal, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

describe.skipIf(missing !== undefined)(
  `the documented commands${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    test("README: from a clone to a name of an own cluster, and back", async () => {
      await using place = await openPlace();
      const { cluster, desktop, terminal } = place;
      await terminal.serve(take(readme, "sudo ./hostsfile-server"));
      await terminal.beside(take(readme, "./hostsfile-server watch"), /: connected to /);
      const output = await terminal.type(take(readme, "kubectl -n default create ingress"));
      expect(output).toMatch(new RegExp(`^${cluster.address.replaceAll(".", "\\.")} +foo\\.dtk\\.io$`, "m"));
      expect(output).toContain("This is foo.dtk.io");
      expect(output).toContain("Nothing needs attention.");
      const remove = take(readme, "kubectl -n default delete ingress");
      await terminal.type(remove);
      await terminal.interrupt();
      expect(await desktop.hosts()).toBe(userLines);
      expect(untyped(readme)).toEqual([]);
    });

    test("tutorial: from nothing to a name, and back", async () => {
      await using place = await openPlace();
      const { cluster, desktop, terminal } = place;
      await terminal.serve(take(tutorial, "sudo ./hostsfile-server"));
      const said = await terminal.type(take(tutorial, "cat > config.yaml"));
      expect(said).toContain("is now installed and calls the server");
      await terminal.type(take(tutorial, "cat <<EOF | kubectl"));
      const answer = await terminal.type(take(tutorial, "sleep 5; getent hosts foo.dtk.io"));
      expect(answer).toContain(`${cluster.address} `);
      expect(answer).toContain("This is foo.dtk.io");
      const how = await terminal.type(take(tutorial, "./hostsfile-server status"));
      expect(how).toContain("Nothing needs attention.");
      expect(how).toContain("runs and calls the server");
      expect(how).toContain("The cluster reaches http://");
      expect(await terminal.type(take(howTo, "./hostsfile-server open"))).toContain("http://localhost:5000/");
      await terminal.type(take(tutorial, "kubectl -n default delete ingress"));
      expect(await desktop.hosts()).toBe(userLines);
      expect(untyped(tutorial)).toEqual([]);
    });

    test("tutorial of a team: from nothing to a name on two desktops, and back", async () => {
      await using place = await openPlace();
      const { desktop, terminal } = place;
      const type = async (start: string): Promise<string> => terminal.type(take(teamTutorial, start));
      const beside = async (start: string, said: RegExp): Promise<unknown> =>
        terminal.beside(take(teamTutorial, start), said);
      await beside("etcd --data-dir", /ready to serve client requests/);
      expect(await type("./hostsfile-server team init")).toContain("The team dev is kept in etcd");
      await type("openssl req -x509");
      await beside("./hostsfile-server serve --store", /--webhook-provider-url=/);
      expect(await type("cat > team.yaml")).toContain("on every desktop that joined it");
      await beside("sudo ./hostsfile-server", /--webhook-provider-url=/);
      expect(await type("./hostsfile-server team invite")).toContain("Joined.");
      await beside("mkdir second", /--webhook-provider-url=/);
      expect(await type("./hostsfile-server team invite")).toContain("Joined.");
      const shown = await type("kubectl -n default create ingress shared");
      expect(shown).toMatch(/^10\.0\.0\.1 +foo\.dev\.example\.com$/m);
      expect(shown).toMatch(/^10\.0\.0\.1 foo\.dev\.example\.com$/m);
      const status = await type("./hostsfile-server status");
      expect(status).toContain("dev");
      expect(status).toContain("+foo.dev.example.com");
      await type("kubectl -n default delete ingress");
      await eventually(async () => expect(await desktop.added()).toEqual([]));
      await type("./hostsfile-server leave");
      expect(await desktop.hosts()).toBe(userLines);
      expect(untyped(teamTutorial)).toEqual([]);
    });

    test("how-to pages: from ExternalDNS to the watcher and back, and the name stays", async () => {
      await using place = await openPlace();
      const { cluster, desktop, terminal } = place;
      const type = async (start: string): Promise<string> => terminal.type(take(watching, start));
      const line = `${cluster.address} foo.dtk.io`;
      const keepsName = async (): Promise<void> => expect(await desktop.added()).toEqual([line]);
      await terminal.serve(take(watching, "sudo ./hostsfile-server"));
      await terminal.type(again(tutorial, "cat > config.yaml"));
      await terminal.type(again(tutorial, "cat <<EOF | kubectl"));
      await eventually(keepsName);

      const watcher = await terminal.beside(take(watching, "./hostsfile-server watch"), /\+ foo\.dtk\.io/);
      expect(await terminal.type("./hostsfile-server status || true")).toContain("fed twice");
      // The watcher reports a moment after its first record.
      await eventually(async () => expect(await terminal.type("./dtk check || true")).toContain("One is enough"));
      await type("./dtk uninstall-addon");
      await keepsName();
      expect(await terminal.type("./dtk list-addons")).toMatch(
        /not installed\. The watcher of \S+ feeds this cluster as test\./,
      );

      await type("./dtk install-addon");
      await watcher.stop("SIGINT");
      await keepsName();
      await type("sudo ./hostsfile-server clear --cluster kind-a");
      await eventually(keepsName);
      expect(await terminal.type("./hostsfile-server status")).toContain("Nothing needs attention.");

      expect(await type("./hostsfile-server watch --dry-run")).toContain("");
      await type("./hostsfile-server watch --print-rbac");
      await type("helm uninstall");
      expect(await desktop.hosts()).toBe(userLines);
      expect(untyped(watching)).toEqual([]);
      await terminal.beside(take(howTo, "./hostsfile-server watch --targets"), /: connected to /);
      await terminal.interrupt();
    });

    test("how-to pages: the way without dtk, and what every way shares", async () => {
      await using desktop = await openDocumentedDesktop();
      const type = async (start: string): Promise<string> => desktop.type(take(howTo, start));
      const serve = async (start: string): Promise<unknown> => desktop.serve(take(howTo, start));
      const shows = async (...lines: readonly string[]): Promise<void> => {
        await eventually(async () => {
          const [, managed = ""] = /^# BEGIN hostsfile-server .*\n([\s\S]*)^# END/m.exec(await desktop.hosts()) ?? [];
          expect(managed.split("\n").slice(0, -1), `ExternalDNS said: ${desktop.externalDNSLog()}`).toEqual(lines);
        });
      };

      await serve("sudo ./hostsfile-server --cluster-ip=192");
      await type("curl -d dtk.io http://localhost:5000/domains");
      await type("cat > values.yaml");
      await desktop.rollOut();
      await desktop.type(again(tutorial, "cat <<EOF | kubectl"));
      await shows("192.168.122.167 foo.dtk.io");
      expect(await desktop.type("./hostsfile-server status")).toContain("Nothing needs attention.");

      await serve("sudo ./hostsfile-server\n");
      await shows("192.168.122.167 foo.dtk.io");
      await serve("sudo ./hostsfile-server --forget-after");
      await type("kubectl -n external-dns rollout restart");
      await desktop.rollOut();

      expect(await type("curl -d mydomain.io http://localhost:5000/domains")).toContain('["dtk.io","mydomain.io"]');
      await type("curl -d dtk.io http://localhost:5000/clusters/kind-a/domains");
      expect(await type("sudo ./hostsfile-server clear --cluster kind-a")).toContain("Forgotten: kind-a");
      await type("curl -d record http://localhost:5000/targets");
      await type("curl -X DELETE http://localhost:5000/clusters/kind-a");
      await type("curl -d 192.168.122.167,fd00:122::a7");
      await shows("192.168.122.167 foo.dtk.io", "fd00:122::a7 foo.dtk.io");
      await type("./hostsfile-server adopt");
      expect(await type("./hostsfile-server export")).toContain("foo.dtk.io");

      await desktop.stopExternalDNS();
      await serve("sudo mkdir -p /etc/hostsfile-server");
      await type("TOKEN=");
      await desktop.save("token.yaml", howTo.flatMap(fencesOf).find(({ code }) => code.startsWith("env:"))?.code ?? "");
      await desktop.type(`${again(howTo, "cat > values.yaml").trimEnd()} --values token.yaml`);
      await desktop.rollOut();
      await desktop.type(
        "kubectl -n default annotate ingress test external-dns.alpha.kubernetes.io/hostname=bar.dtk.io",
      );
      await shows(
        ...["bar", "foo"].flatMap((name) => [`192.168.122.167 ${name}.dtk.io`, `fd00:122::a7 ${name}.dtk.io`]),
      );
      await type("mkdir -p ~/.config/hostsfile-server");
      expect(await desktop.type("cat ~/.config/hostsfile-server/token")).toMatch(/^watch\/root\/\S+$/m);
      await serve("sudo ./hostsfile-server --token-file=/etc/hostsfile-server/token --watch-domains");
      await type('curl -H "Authorization');

      await desktop.stopExternalDNS();
      await serve("sudo ./hostsfile-server --cluster-ip=auto");
      await type('curl -u ":$(sudo cat');
      await serve("./hostsfile-server --dry-run");
      await desktop.interrupt();
      await type("kubectl -n default delete ingress");
      expect(await desktop.hosts()).toBe(userLines);
      await type("sudo rm -r /var/lib");

      // The last three need a system resolver or a bridge, which the desktop here has not.
      expect(untyped(howTo)).toEqual([
        "sudo ufw allow",
        "kubectl run probe",
        "sudo hostsfile-server install",
        "sudo hostsfile-server serve",
        "sudo hostsfile-server serve",
      ]);
    });
  },
);
