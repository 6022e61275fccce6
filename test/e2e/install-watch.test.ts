/** `install --watch` on a machine with a real systemd and a user who logs in: the watcher is the user's, through logout and reboot. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Program, startProgram } from "../cluster/program.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";

const checkout = join(import.meta.dirname, "..", "..");
const launcher = "/home/dev/hostsfile-server/hostsfile-server";
const kubeconfig = "/home/dev/clusters/config";
const token = "/home/dev/.config/hostsfile-server/token";
const clusterPort = "16443";

/** As behind sudo, with what the shell of the user had. */
const sudo = `env SUDO_UID=4242 SUDO_GID=4242 SUDO_USER=dev KUBECONFIG=${kubeconfig} PATH=/home/dev/bin:$PATH`;
const asUser = "setpriv --reuid=4242 --regid=4242 --clear-groups env HOME=/home/dev XDG_RUNTIME_DIR=/run/user/4242";

/** A context with plain credentials, and one whose login program leaves behind who ran it. */
const config = {
  clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${clusterPort}` } }],
  users: [
    { name: "plain", user: {} },
    {
      name: "program",
      user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/home/dev/bin/login" } },
    },
  ],
  contexts: [
    { name: "kind-a", context: { cluster: "c", user: "plain" } },
    { name: "with-program", context: { cluster: "d", user: "program" } },
  ],
};
const other = { name: "d", cluster: { server: `http://localhost:${clusterPort}` } };
const login = `#!/bin/sh
id -u >>/home/dev/clusters/ran
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}'
`;

const furnish = `
  echo 'dev:x:4242:4242::/home/dev:/bin/sh' >>"$ROOT/etc/passwd"
  echo 'dev:x:4242:' >>"$ROOT/etc/group"
  echo 'dev:*:20000:0:99999:7:::' >>"$ROOT/etc/shadow"
  mkdir -p "$ROOT/home/dev/hostsfile-server/node_modules/.bin" "$ROOT/home/dev/bin" "$ROOT/home/dev/clusters"
  cp -r ${checkout}/hostsfile-server ${checkout}/dist "$ROOT/home/dev/hostsfile-server"
  cp -L ${checkout}/node_modules/.bin/node "$ROOT/home/dev/hostsfile-server/node_modules/.bin/node"
  cat >"$ROOT${kubeconfig}" <<'END'\n${JSON.stringify({ ...config, clusters: [...config.clusters, other] })}\nEND
  cat >"$ROOT/home/dev/bin/login" <<'END'\n${login}END
  chmod 755 "$ROOT/home/dev/bin/login"
  printf 'account required pam_permit.so\\nsession required pam_systemd.so\\n' >"$ROOT/etc/pam.d/test-session"
  chown -R 4242:4242 "$ROOT/home/dev"
  cp "$ROOT/etc/hosts" "$ROOT/etc/hosts.new" && mv "$ROOT/etc/hosts.new" "$ROOT/etc/hosts"`;

let machine: Machine;
let before: ReadonlyMap<string, string>;
let cluster: Program;

async function run(command: string): Promise<readonly [number, string]> {
  const output = await machine.shell(`(${command}) 2>&1 && echo "exit 0" || echo "exit $?"`);
  const code = Number(/exit (\d+)\s*$/.exec(output)?.[1]);
  return [code, output.replace(/exit \d+\s*$/, "")];
}

/** The cluster lives in the machine's network, and ends with the machine. */
async function startCluster(): Promise<Program> {
  const script = join(checkout, "test/support/simulated-cluster.ts");
  const program = await startProgram([...machine.enterNetwork(), process.execPath, script, clusterPort]);
  await eventually(() => assert.match(program.log(), /http/, program.log()));
  return program;
}

async function logIn(): Promise<void> {
  await machine.shell(
    "systemd-run --quiet --collect --unit=dev-session --uid=4242 --property=PAMName=test-session sleep infinity",
  );
  await eventually(async () => machine.shell("test -S /run/user/4242/systemd/private"));
}

/** Number of the watcher's process, or nothing. */
async function watcherPid(): Promise<string> {
  return machine.shell("pgrep -u 4242 -f 'hostsfile-server.js watch' || true");
}

function differences(after: ReadonlyMap<string, string>): readonly string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .filter((path) => !path.includes("/dist/.compiled") && before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path)} -> ${after.get(path)}`);
}

beforeAll(async () => {
  machine = await bootMachine({ furnish });
  cluster = await startCluster();
  before = await machine.changes();
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
});

test("a dry run shows the unit, and not the token; without sudo it is refused in one sentence", async () => {
  const [code, output] = await run(`${sudo} ${launcher} install --watch --dry-run`);
  expect(code).toBe(0);
  expect(output).toContain(`write   ${token} (mode 600, of dev)`);
  expect(output).toContain("enable  hostsfile-server-watch.service of dev and start it");
  expect(output).toContain(`Environment="KUBECONFIG=${kubeconfig}"`);
  expect(output).toContain('Environment="PATH=/home/dev/bin:');
  expect(output).not.toMatch(/watch\/dev\//);
  const [refused, sentence] = await run(`${launcher} install --watch --dry-run`);
  expect([refused, sentence]).toEqual([2, expect.stringContaining("install --watch runs the watcher as the user")]);
  expect(differences(await machine.changes())).toEqual([]);
});

test("installs a watcher that feeds the user's cluster, with a token that is the user's alone", async () => {
  await logIn();
  const [code, output] = await run(`${sudo} ${launcher} install --watch --yes --domains=dtk.io`);
  expect([code, output]).toEqual([0, expect.stringContaining("The watcher of dev runs.")]);
  expect(output).toContain("Lingering is not enabled for dev");
  expect(output).toContain("sudo loginctl enable-linger dev");
  expect(await machine.shell(`stat -c '%a %U:%G' ${token}`)).toBe("600 dev:dev\n");
  await eventually(async () => assert.match(await machine.shell("getent hosts foo.dtk.io || true"), /foo\.dtk\.io/));
  expect(await watcherPid()).toMatch(/^\d+\n$/);
});

test("watch finds the token without a flag, and it opens nothing else", async () => {
  await machine.shell("chmod 600 /etc/hostsfile-server/token");
  const mine = `${asUser} KUBECONFIG=${kubeconfig} hostsfile-server`;
  expect(await run(`${mine} watch --once`)).toEqual([0, expect.stringContaining("kind-a: connected")]);
  const [code, output] = await run(`${mine} status --token-file=${token}`);
  expect([code, output]).toEqual([3, expect.stringContaining("requires a token")]);
  await machine.shell("chmod 640 /etc/hostsfile-server/token");
});

test("root opens no kubeconfig and runs no program of one, while the user's watcher does both", async () => {
  const dropIn = "/home/dev/.config/systemd/user/hostsfile-server-watch.service.d";
  const words = "/usr/local/lib/hostsfile-server/node /usr/local/lib/hostsfile-server/hostsfile-server.js watch";
  const calls = "?open,?openat,?openat2,?execve,?execveat";
  const pid = (await machine.shell("systemctl show -P MainPID hostsfile-server.service")).trim();
  const tracer = machine.shell(`strace -f -qq -s 4096 -e trace=${calls} -o /tmp/trace -p ${pid} 2>&1 || true`);
  await eventually(async () =>
    assert.match(await machine.shell(`grep TracerPid /proc/${pid}/status`), /TracerPid:\s+[1-9]/),
  );
  await machine.shell(
    `${asUser} sh -ec 'mkdir ${dropIn}; printf "[Service]\\nExecStart=\\nExecStart=${words} --all-contexts\\n" >${dropIn}/all.conf; systemctl --user daemon-reload; systemctl --user restart hostsfile-server-watch'`,
  );
  await eventually(async () => assert.equal(await machine.shell("sort -u /home/dev/clusters/ran"), "4242\n"));
  await eventually(async () => assert.match(await machine.shell("cat /tmp/trace"), /\/etc\/\.?hosts/));
  await machine.shell(`kill $(sed -n 's/^TracerPid:\\s*//p' /proc/${pid}/status)`);
  await tracer;
  const trace = await machine.shell("cat /tmp/trace");
  expect(trace).not.toMatch(/\/home\/dev|execve/);
  await machine.shell(`rm -r ${dropIn}; ${asUser} systemctl --user daemon-reload`);
});

test("a logout ends the watcher and no name, and the next login brings it back", async () => {
  await machine.shell("systemctl stop dev-session");
  await eventually(async () => assert.equal(await watcherPid(), ""));
  expect(await machine.shell("getent hosts foo.dtk.io")).toContain("foo.dtk.io");
  await logIn();
  await eventually(async () => assert.notEqual(await watcherPid(), ""));
});

test("with lingering it runs from boot on, and install says so and changes nothing", async () => {
  await machine.shell("loginctl enable-linger dev");
  await cluster[Symbol.asyncDispose]();
  await machine.reboot();
  cluster = await startCluster();
  await eventually(async () => assert.notEqual(await watcherPid(), ""));
  expect(await machine.shell("loginctl list-sessions --no-legend")).toBe("");
  await eventually(async () => assert.match(await machine.shell("getent hosts foo.dtk.io || true"), /foo/));
  const [code, output] = await run(`${sudo} ${launcher} install --watch`);
  expect([code, output]).toEqual([0, expect.stringContaining("nothing was changed")]);
  expect(output).toContain("Lingering is enabled for dev, so it runs from boot on and survives a logout.");
});

test("a home folder that leads elsewhere leads root nowhere", async () => {
  await machine.shell(
    `mv /home/dev/.config /home/dev/kept; ln -s /etc /home/dev/.config; chown -h dev /home/dev/.config`,
  );
  const secret = await machine.shell("cat /etc/hostsfile-server/token");
  const [code, output] = await run(`${sudo} ${launcher} install --watch --yes`);
  expect([code, output]).toEqual([3, expect.stringMatching(/in \/home\/dev cannot be changed as dev: EACCES/)]);
  expect(await machine.shell("cat /etc/hostsfile-server/token")).toBe(secret);
  await machine.shell("rm /home/dev/.config; mv /home/dev/kept /home/dev/.config");
});

test("uninstall leaves nothing", async () => {
  await machine.shell("loginctl disable-linger dev");
  await logIn();
  const [, dry] = await run("hostsfile-server uninstall --dry-run");
  expect(dry).toContain(token);
  const [code, output] = await run("hostsfile-server uninstall --yes");
  expect([code, output]).toEqual([0, expect.stringContaining("No line of ours is left")]);
  expect(await watcherPid()).toBe("");
  await machine.shell("rm -f /home/dev/clusters/ran");
  expect(differences(await machine.changes())).toEqual([]);
});
