/** The product as a service on a machine with systemd, put there by hand as `install` does it. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { addonName } from "../../src/platform/kernel-calls.ts";
import { responderUnit, serviceUnit, socketUnit } from "../../src/platform/systemd/units.ts";
import { responderPlaces } from "../../src/records/listen-address.ts";
import { eventually } from "./eventually.ts";
import { type Machine, bootMachine } from "./systemd.ts";

const checkout = join(import.meta.dirname, "..", "..");
/** Where the program lies, with the Node that runs it. */
export const program = "/usr/local/lib/hostsfile-server";

/** The port that the service listens on, inside the machine. */
export const servicePort = 5000;

/** Boots a machine on which the service is enabled, and waits until it is ready. */
export async function bootService(settings: readonly string[] = []): Promise<Machine> {
  const hasAddon = existsSync(join(checkout, "dist", addonName));
  const files = [
    [
      "etc/systemd/system/hostsfile-server.service",
      serviceUnit([`${program}/node`, `${program}/hostsfile-server.js`], { hasAddon }),
    ],
    ["etc/systemd/system/hostsfile-server.socket", socketUnit({ host: undefined, port: servicePort })],
    ["etc/systemd/system/hostsfile-server-dns.socket", responderUnit(responderPlaces())],
    ["etc/hostsfile-server/environment", `${settings.join("\n")}\n`],
  ];
  const furnish = `
    install -d "$ROOT${program}" "$ROOT/etc/hostsfile-server"
    cp -r ${checkout}/dist/*.js ${hasAddon ? `${checkout}/dist/${addonName}` : ""} "$ROOT${program}"
    echo '{"type":"module"}' >"$ROOT${program}/package.json"
    cp -L ${checkout}/node_modules/.bin/node "$ROOT${program}/node"
    ${files.map(([path, text]) => `cat >"$ROOT/${path}" <<'END'\n${text}END`).join("\n")}
    systemctl --root="$ROOT" enable hostsfile-server.service hostsfile-server-dns.socket
  `;
  const machine = await bootMachine({ furnish });
  try {
    await eventually(async () =>
      assert.equal(
        await machine.shell(`curl -sS localhost:${servicePort}/readyz -o /dev/null -w '%{http_code}'`),
        "200",
      ),
    );
    return machine;
  } catch (error) {
    const journal = await machine.shell(
      "systemctl status hostsfile-server.service; journalctl -u hostsfile-server --no-pager || true",
    );
    await machine[Symbol.asyncDispose]();
    throw new Error(`The service does not become ready:\n${journal}`, { cause: error });
  }
}
