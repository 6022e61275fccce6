/** What users install: the package for npm, the single executable without a Node, and the .deb through its whole life. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const root = join(import.meta.dirname, "..", "..");
const scratch = temporaryFolder();
const packages = join(scratch.path, "first");

/** To compress the .deb well takes minutes where others work too (dpkg-deb(1)), and what is in it is the same. */
const quickly = { DPKG_DEB_COMPRESSOR_LEVEL: "1" };

async function build(folder: string, ...flags: readonly string[]): Promise<string> {
  return run([process.execPath, join(root, "scripts/packages/main.ts"), `--folder=${folder}`, ...flags], {
    folder: root,
    environment: quickly,
  });
}

let names: readonly string[];
const named = (ending: RegExp): string => names.find((name) => ending.test(name)) ?? "";

/** Compressing takes its time, and the more the busier the machine is. */
const patience = 900_000;

beforeAll(async () => {
  await build(packages);
  names = await readdir(packages);
}, patience);
afterAll(() => scratch[Symbol.dispose]());

async function digestsOf(folder: string): Promise<Record<string, string>> {
  const files = await readdir(folder);
  const pairs = files.map(async (name) => [
    name,
    createHash("sha256")
      .update(await readFile(join(folder, name)))
      .digest("hex"),
  ]);
  return Object.fromEntries(await Promise.all(pairs));
}

test(
  "the same source gives the same bytes, but for the compiled code that the executable can do without",
  async () => {
    const [one, other] = [join(scratch.path, "one"), join(scratch.path, "other")];
    await build(one, "--without-code-cache");
    await build(other, "--without-code-cache");
    expect(await digestsOf(other)).toEqual(await digestsOf(one));
    expect(Object.keys(await digestsOf(one))).toHaveLength(4);
  },
  patience,
);

describe("the package for npm", () => {
  test("holds the program and nothing else", async () => {
    const list = (await run(["tar", "tzf", join(packages, named(/\.tgz$/))])).trim().split("\n");
    const other = list.filter(
      (path) => !/^package\/dist\/(?:[\w-]+\.js|kernel-calls-linux-\w+\.node|THIRD-PARTY-NOTICES\.txt)$/.test(path),
    );
    expect(other.toSorted()).toEqual(["package/LICENSE", "package/README.md", "package/package.json"]);
    expect(list).toContain("package/dist/THIRD-PARTY-NOTICES.txt");
  });

  test("installs without anything else, and both commands work", async () => {
    const prefix = join(scratch.path, "prefix");
    await run([
      "npm",
      "install",
      "--global",
      "--silent",
      "--offline",
      "--prefix",
      prefix,
      join(packages, named(/\.tgz$/)),
    ]);
    expect(await readdir(join(prefix, "lib/node_modules"))).toEqual(["hostsfile-server"]);
    const PATH = `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
    for (const command of ["hostsfile-server", "dtk"]) {
      expect(await run([join(prefix, "bin", command), "--version"], { environment: { PATH } })).toMatch(
        /^\d+\.\d+\.\d+\n$/,
      );
    }
    const demo = await run([join(prefix, "bin/hostsfile-server"), "demo"], { environment: { PATH } });
    expect(demo).toContain("192.168.122.167 foo.dtk.io");
  });

  test("says in one sentence that a Node is too old", async (context) => {
    const old = await findOldNode();
    context.skip(old === undefined, "no Node older than 24 is on PATH");
    for (const command of ["hostsfile-server", "dtk"]) {
      const path = join(scratch.path, "prefix/bin", command);
      const said = await run(["sh", "-c", `PATH=${old}:$PATH ${path} --version 2>&1; echo "exit $?"`]);
      expect(said).toMatch(
        new RegExp(`^${command}: needs Node 24 or newer, this is \\d+\\.[\\d.]+\\n  .*\\nexit 3\\n$`),
      );
    }
  });
});

/** The folder of a Node that is too old. */
async function findOldNode(): Promise<string | undefined> {
  const paths = (await run(["sh", "-c", "which -a node || true"])).trim().split("\n");
  for (const path of paths) {
    const version = await run(["sh", "-c", `"${path}" --version || true`]);
    if (/^v(?:1\d|2[0-3])\./.test(version)) return dirname(path);
  }
  return undefined;
}

describe("on a machine without Node", () => {
  let machine: Machine;
  let before: ReadonlyMap<string, string>;
  let hosts: string;
  const shell = async (script: string): Promise<string> => machine.shell(script);
  const differences = async (): Promise<readonly string[]> => {
    const after = await machine.changes();
    // dpkg keeps its own books.
    const ofDpkg = /^\/var\/(?:lib\/(?:dpkg|systemd)|cache\/(?:man|debconf)|log)(?:\/|$)/;
    const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !ofDpkg.test(path));
    return paths.filter((path) => before.get(path) !== after.get(path));
  };

  beforeAll(async () => {
    const node = (await run(["sh", "-c", "which -a node || true"]))
      .trim()
      .split("\n")
      .filter((path) => path !== "");
    machine = await bootMachine({
      // In containers a policy often keeps packages from starting anything.
      without: [...node, "/usr/sbin/policy-rc.d"],
      furnish: `mkdir -p "$ROOT/srv/packages"; cp ${packages}/* "$ROOT/srv/packages"
        chroot "$ROOT" apt-get install -y --no-install-recommends zsh fish bash-completion >/dev/null 2>&1 || true
        echo 'dev:x:4242:4242::/home/dev:/bin/sh' >>"$ROOT/etc/passwd"
        echo 'dev:x:4242:' >>"$ROOT/etc/group"`,
    });
    await shell("cp /etc/hosts /tmp/hosts && printf '# mine' >>/tmp/hosts && cat /tmp/hosts >/etc/hosts");
    before = await machine.changes();
    hosts = await shell("cat /etc/hosts");
  }, patience);
  afterAll(async () => machine[Symbol.asyncDispose]());

  const isReady = async (): Promise<void> => {
    await eventually(async () =>
      assert.equal(await shell("curl -sS -o /dev/null -w '%{http_code}' localhost:5000/readyz"), "200"),
    );
  };
  const executable = (): string => `/srv/packages/${named(/linux-\w+$/)}`;
  const deb = (): string => `/srv/packages/${named(/\.deb$/)}`;

  test("the executable is both commands, and says nothing of experiments", async () => {
    expect(await shell("command -v node || echo none")).toBe("none\n");
    await shell(`ln -s ${executable()} /tmp/dtk`);
    expect(await shell(`${executable()} --help 2>&1`)).toContain("Usage: hostsfile-server");
    expect(await shell("/tmp/dtk --help 2>&1")).toContain("Usage: dtk");
    expect(await shell(`${executable()} demo 2>&1`)).not.toMatch(/warning|experimental/i);
  });

  test("the executable prints the licences of all that it holds, and the .deb has them as its copyright", async () => {
    const printed = await shell(`${executable()} --licenses`);
    for (const part of ["Apache License", "\nNode.js\n", "\nhono ", "V8", "OpenSSL"]) expect(printed).toContain(part);
    await shell(
      `dpkg-deb --fsys-tarfile ${deb()} | tar -xO ./usr/share/doc/hostsfile-server/copyright >/tmp/copyright`,
    );
    expect(await shell("cat /tmp/copyright")).toBe(printed);
  });

  test("the executable installs itself as the service, and takes itself away", async () => {
    expect(await shell(`${executable()} install --yes --domains=dtk.io --cluster-ip=192.168.122.167`)).toContain(
      "ready",
    );
    expect(await shell("systemctl is-active hostsfile-server.service")).toBe("active\n");
    expect(await shell("dtk --help")).toContain("Usage: dtk");
    expect(await shell(`${executable()} install`)).toContain("nothing was changed");
    await shell("hostsfile-server uninstall --yes");
    expect(await differences()).toEqual([]);
  });

  const curl = 'curl -sS -H "Authorization: Bearer $(cat /etc/hostsfile-server/token)"';

  test("the .deb runs at once, with a token for the user behind sudo", async () => {
    await shell(`SUDO_UID=4242 SUDO_GID=4242 SUDO_USER=dev dpkg --install ${deb()} 2>&1`);
    await isReady();
    expect(await shell("stat -c '%a %U:%G' /etc/hostsfile-server/token")).toBe("640 root:dev\n");
    expect(await shell("curl -sS -o /dev/null -w '%{http_code}' localhost:5000/domains")).toBe("401");
    expect(await shell("hostsfile-server status")).toContain("anyone with a token");
    expect(await shell("systemctl is-enabled hostsfile-server.socket hostsfile-server.service")).toBe(
      "enabled\nenabled\n",
    );
    await shell(`${curl} -d dtk.io localhost:5000/domains; ${curl} -d 192.168.122.167 localhost:5000/clusterip`);
    const body = '{"create":[{"dnsName":"foo.dtk.io","targets":["foo.dtk.io"],"recordType":"CNAME"}]}';
    expect(await shell(`${curl} -o /dev/null -w '%{http_code}' -d '${body}' localhost:5000/records`)).toBe("204");
    expect(await shell("getent hosts foo.dtk.io")).toContain("192.168.122.167");
    const again = "SUDO_UID=4242 SUDO_GID=4242 SUDO_USER=dev hostsfile-server install --yes";
    expect(await shell(again)).toContain("nothing was changed");
    expect(await shell("hostsfile-server uninstall --yes 2>&1 || true")).toContain("sudo apt purge hostsfile-server");
  });

  test("another port of the .deb is a drop-in of its socket", async () => {
    expect(await shell("hostsfile-server install --yes --port=5001")).toContain("hostsfile-server.socket.d/");
    expect(await shell("hostsfile-server status")).toContain("localhost:5001");
    expect(await shell("curl -sS localhost:5000/healthz 2>&1 || true")).toMatch(/connect/i);
    await shell("hostsfile-server install --yes --port=5000");
    expect(await shell("hostsfile-server status")).toContain("localhost:5000");
  });

  test("manual pages are without fault", async () => {
    for (const page of ["/usr/share/man/man8/hostsfile-server.8.gz", "/usr/share/man/man1/dtk.1.gz"]) {
      expect(await shell(`zcat ${page} | groff -man -Tutf8 -wall 2>&1 >/dev/null | head -5`)).toBe("");
      expect(await shell(`zcat ${page} | groff -man -Tascii -P-cbou`)).toMatch(/SYNOPSIS[\s\S]*--[\s\S]*EXIT STATUS/);
    }
  });

  test.each([
    ["bash", "bash --norc", ". /usr/share/bash-completion/bash_completion"],
    ["zsh", "zsh -f", "PS1='$ '; autoload -U compinit; compinit -u -D"],
    ["fish", "fish", "function fish_prompt; echo '$ '; end; set -g fish_autosuggestion_enabled 0"],
  ])("%s completes what is typed in a terminal", async (name, command, prepare) => {
    const isThere = await shell(`[ -e /usr/share/bash-completion/bash_completion ] && command -v ${name} || true`);
    if (isThere === "") return console.warn(`${name} or its completion could not be installed with apt-get`);
    const tmux = "tmux -L complete";
    await shell(`${tmux} new-session -d -x 150 -y 40 env -i TERM=screen HOME=/tmp PATH="$PATH" PS1='$ ' ${command}`);
    const screen = async (): Promise<string> => shell(`${tmux} capture-pane -p`);
    const type = async (keys: string): Promise<unknown> => shell(`${tmux} send-keys ${keys}`);
    await eventually(async () => assert.match(await screen(), /[$#>] *$/m));
    await type(`"${prepare.replaceAll("$", "\\$")}" Enter`);
    for (const [typed, completed] of [
      ["hostsfile-server uninst\t--kee\t", "hostsfile-server uninstall --keep-state"],
      ["hostsfile-server --clus\t", "hostsfile-server --cluster-ip"],
      ["hostsfile-server status --token-file=/etc/hostsfile-ser\t", "--token-file=/etc/hostsfile-server/"],
      ["hostsfile-server status --token-file /etc/hostsfile-ser\t", "--token-file /etc/hostsfile-server/"],
      ["dtk uninst\tex\t", "dtk uninstall-addon external-dns"],
      ["dtk config sh\t", "dtk config show"],
      ["dtk config show --kubec\t", "dtk config show --kubeconfig"],
    ] as const) {
      await type("C-u C-l");
      for (const part of typed.split(/(?<=\t)/)) {
        await type(`-l -- "${part.trimEnd()}"`);
        if (part.endsWith("\t")) await type("Tab");
      }
      await eventually(async () => assert.ok((await screen()).includes(completed), `${completed}:\n${await screen()}`));
    }
    await shell(`${tmux} kill-server`);
  });

  test("an upgrade keeps token, settings and records, and the port answers all the time", async () => {
    const token = await shell("cat /etc/hostsfile-server/token");
    await shell("echo HOSTSFILE_SERVER_ALLOW=192.0.2.0/24 >>/etc/hostsfile-server/environment");
    await shell(`
      cd /tmp; dpkg-deb --raw-extract ${deb()} newer; sed -i 's/^Version: .*/&+newer/' newer/DEBIAN/control
      dpkg-deb --root-owner-group -Znone --build newer newer.deb >/dev/null`);
    const answers = await shell(`
      (while [ ! -e /tmp/stop ]; do curl -sS -o /dev/null -w '%{http_code}\\n' localhost:5000/healthz 2>&1 || true; done | sort | uniq -c >/tmp/answers) &
      dpkg --install --force-confold /tmp/newer.deb >/tmp/dpkg.log 2>&1 || cat /tmp/dpkg.log; touch /tmp/stop; wait; cat /tmp/answers`);
    expect(answers).toMatch(/^ *\d+ 200\n$/);
    expect(await shell("dpkg-query -W -f '${Version}' hostsfile-server")).toContain("+newer");
    expect(await shell("cat /etc/hostsfile-server/token")).toBe(token);
    expect(await shell(`${curl} localhost:5000/status`)).toContain("192.0.2.0/24");
    expect(await shell("getent hosts foo.dtk.io")).toContain("192.168.122.167");
  });

  test("removed, it leaves no line, but what is saved; purged, it leaves nothing", async () => {
    await shell("dpkg --remove hostsfile-server 2>&1");
    expect(await shell("cat /etc/hosts")).toBe(hosts);
    expect(await shell("ls /var/lib/hostsfile-server /etc/hostsfile-server")).toContain("token");
    expect(await shell("curl -sS localhost:5000/healthz 2>&1 || true")).toMatch(/connect/i);
    await shell(`dpkg --install ${deb()} 2>&1`);
    await isReady();
    expect(await shell("systemctl is-enabled hostsfile-server.service")).toBe("enabled\n");
    await shell("dpkg --purge hostsfile-server 2>&1");
    expect(await differences()).toEqual([]);
  });

  test("installed while its port is taken, it says by whom, and that it does not run yet", async () => {
    await shell("systemd-run --quiet --unit=other python3 -m http.server 5000");
    await eventually(async () => shell("ss -ltn | grep -q :5000"));
    const said = await shell(`dpkg --install ${deb()} 2>&1`);
    expect(said).toMatch(
      /Port 5000 is taken by process \d+ of other\.service[\s\S]*then: sudo hostsfile-server install/,
    );
    await shell("systemctl stop other.service; hostsfile-server install --yes");
    await isReady();
    await shell("dpkg --purge hostsfile-server 2>&1");
    expect(await differences()).toEqual([]);
  });

  test("the executable keeps away from the .deb, and an installation by hand is taken over with its port", async () => {
    await shell(`dpkg --install ${deb()} 2>&1`);
    for (const command of ["install --yes", "uninstall --yes"]) {
      expect(await shell(`${executable()} ${command} 2>&1 || true`)).toContain("as a package");
    }
    await shell(`dpkg --purge hostsfile-server 2>&1; ${executable()} install --yes --port=5001`);
    await shell(`SUDO_UID=4242 SUDO_GID=4242 SUDO_USER=dev dpkg --install --force-confold ${deb()} 2>&1`);
    expect(await shell("systemctl show -P FragmentPath hostsfile-server.service")).toContain("/lib/systemd/system/");
    expect(await shell("ls /usr/local/lib/hostsfile-server /usr/local/bin/dtk 2>&1 || true")).not.toMatch(/^\w+$/m);
    expect(await shell("hostsfile-server status")).toContain("localhost:5001");
    await shell("dpkg --purge hostsfile-server 2>&1");
    expect(await differences()).toEqual([]);
  });

  test("it takes over the predecessor, and gives it back", async () => {
    const unit = "/etc/systemd/system/hostsfile-server.service";
    await shell(`
      echo "import http.server; http.server.HTTPServer(('', 5003), http.server.BaseHTTPRequestHandler).serve_forever()" >/srv/hostsfile-server.py
      printf '[Service]\nExecStart=python3 /srv/hostsfile-server.py --port=5003 --domains=old.io\n[Install]\nWantedBy=multi-user.target\n' >${unit}
      systemctl daemon-reload; systemctl start hostsfile-server.service`);
    const given = await shell(`cat ${unit}`);
    await shell(`dpkg --install ${deb()} 2>&1`);
    expect(await shell("curl -sS localhost:5003/")).toBe('{"include":["old.io"]}');
    expect(await shell("systemctl show -P FragmentPath hostsfile-server.service")).toContain("/lib/systemd/system/");
    await shell("dpkg --purge hostsfile-server 2>&1");
    expect(await shell(`cat ${unit}`)).toBe(given);
    await shell(`rm ${unit} /srv/hostsfile-server.py`);
    expect(await differences()).toEqual([]);
  });
});
