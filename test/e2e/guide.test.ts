/** Types what README and guide tell their readers to type, in order and as it is written. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DocumentedDesktop, openDocumentedDesktop } from "../cluster/documented-desktop.ts";
import { userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { missingTools } from "../cluster/tools.ts";
import { type Page, fencesOf, readPage } from "../support/markdown.ts";

const missing = missingTools();

/** The one block of a page with a line that begins with these words. */
function block(page: Page, start: string, language = "sh"): string {
  const found = fencesOf(page).filter(
    (fence) => fence.language === language && `\n${fence.code}`.includes(`\n${start}`),
  );
  expect(found, `blocks of ${page.path} with ${start}`).toHaveLength(1);
  return found[0]?.code ?? "";
}

describe.skipIf(missing !== undefined)(
  `the documented commands${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    let desktop: DocumentedDesktop;
    beforeAll(async () => {
      desktop = await openDocumentedDesktop();
    });
    afterAll(async () => desktop[Symbol.asyncDispose]());

    const shows = async (...lines: readonly string[]): Promise<void> => {
      await eventually(async () => {
        const [, managed = ""] = /^# BEGIN hostsfile-server .*\n([\s\S]*)^# END/m.exec(await desktop.hosts()) ?? [];
        expect(managed.split("\n").slice(0, -1), `ExternalDNS said: ${desktop.externalDNSLog()}`).toEqual(lines);
      });
    };

    test("README: from a clone to a name of an own cluster, and back", async () => {
      const page = readPage("README.md");
      const server = await desktop.serve(block(page, "sudo ./hostsfile-server --cluster-ip"));
      const url = /--webhook-provider-url=(\S+)/.exec(server.log().replaceAll(/["}]/g, " "))?.[1];
      const install = block(page, "WEBHOOK_URL=");
      expect(install, "the example is what the server prints on this desktop").toContain(`WEBHOOK_URL=${url} `);
      expect(await desktop.type(install)).toMatch(/^ok/);
      await desktop.rollOut();

      const output = await desktop.type(block(page, "kubectl -n default create ingress"));
      expect(output).toMatch(/^192\.168\.122\.167 +foo\.dtk\.io$/m);
      expect(output).toContain("This is foo.dtk.io");
      expect(output).toContain("Nothing needs attention.");

      await desktop.stopExternalDNS();
      await desktop.interrupt();
      await desktop.type(block(page, "kubectl -n default delete ingress"));
      expect(await desktop.hosts()).toBe(userLines);
      expect(await desktop.type("ls /var/lib")).toBe("");
    });

    test("guide: every block but those that need a firewall or a node that runs pods", async () => {
      const page = readPage("docs/guide.md");
      const typed = new Set<string>();
      const take = (start: string): string => {
        const code = block(page, start);
        typed.add(code);
        return code;
      };
      const type = async (start: string): Promise<string> => desktop.type(take(start));
      const serve = async (start: string): Promise<unknown> => desktop.serve(take(start));

      await serve("sudo ./hostsfile-server --cluster-ip");
      await type("curl -d dtk.io http://localhost:5000/domains");
      await type("cat > values.yaml");
      await desktop.rollOut();
      await type("cat <<EOF | kubectl");
      await shows("192.168.122.167 foo.dtk.io");
      expect(await type("./hostsfile-server status")).toContain("Nothing needs attention.");

      await serve("sudo ./hostsfile-server\n");
      await shows("192.168.122.167 foo.dtk.io");
      await type("kubectl -n external-dns rollout restart");
      await desktop.rollOut();

      expect(await type("curl -d mydomain.io http://localhost:5000/domains")).toContain('["dtk.io","mydomain.io"]');
      await type("curl -d dtk.io http://localhost:5000/clusters/kind-a/domains");
      expect(await type("sudo ./hostsfile-server clear --cluster kind-a")).toContain("Forgotten: kind-a");
      await type("curl -d record http://localhost:5000/targets");
      await type("curl -d 192.168.122.167,fd00:122::a7");
      await shows("192.168.122.167 foo.dtk.io", "fd00:122::a7 foo.dtk.io");

      await desktop.stopExternalDNS();
      await serve("sudo mkdir -p /etc/hostsfile-server");
      await type("TOKEN=");
      await desktop.save("token.yaml", block(page, "env:", "yaml"));
      await desktop.type(`${block(page, "cat > values.yaml").trimEnd()} --values token.yaml`);
      await desktop.rollOut();
      await desktop.type(
        "kubectl -n default annotate ingress test external-dns.alpha.kubernetes.io/hostname=bar.dtk.io",
      );
      await shows(
        ...["bar", "foo"].flatMap((name) => [`192.168.122.167 ${name}.dtk.io`, `fd00:122::a7 ${name}.dtk.io`]),
      );
      await type('curl -H "Authorization');

      await desktop.stopExternalDNS();
      await serve("./hostsfile-server --dry-run");
      await desktop.interrupt();
      await type("kubectl -n default delete ingress");
      expect(await desktop.hosts()).toBe(userLines);
      await type("sudo rm -r /var/lib");

      const left = fencesOf(page).filter(({ language, code }) => language === "sh" && !typed.has(code));
      expect(left.map(({ code }) => code.split(" ").slice(0, 3).join(" "))).toEqual([
        "sudo ufw allow",
        "kubectl run probe",
      ]);
    });
  },
);
