import { describe, expect, test } from "vitest";
import { installationPlanOf, presentOf } from "../../../test/support/installation.ts";
import type { InstallationPlan } from "../../service/installation.ts";
import type { Item, ItemState } from "../../service/item.ts";
import { linux } from "../../platform/linux.ts";
import { describePlan, nextStep, planContents } from "./install-text.ts";

const present = presentOf();

function planOf(...items: readonly (readonly [Item, ItemState])[]): InstallationPlan {
  return installationPlanOf({ items: items.map(([item, state]) => ({ item, state })) });
}

const { owner } = linux.places;
const program: Item = {
  kind: "file",
  path: "/usr/local/lib/hostsfile-server/node",
  content: { from: "/x" },
  mode: 0o755,
  owner,
};
const settings: Item = {
  kind: "file",
  path: "/etc/hostsfile-server/environment",
  content: "# mine\nHOSTSFILE_SERVER_PORT=5001\n",
  mode: 0o644,
  owner,
};
const token: Item = { kind: "file", path: "/etc/hostsfile-server/token", content: "secret\n", mode: 0o640, owner };
const link: Item = { kind: "link", path: "/usr/local/bin/dtk", target: "/usr/local/lib/hostsfile-server/dtk" };

describe("the plan", () => {
  test("of a first installation", () => {
    const text = describePlan(planOf([program, "missing"], [link, "missing"], [token, "missing"]), present, linux);
    expect(text.replace(/version \S+\)/, "version V)")).toBe(`\
copy    the program to /usr/local/lib/hostsfile-server (1 file, version V)
write   /usr/local/bin/dtk -> /usr/local/lib/hostsfile-server/dtk
write   /etc/hostsfile-server/token (mode 640)
enable  hostsfile-server.service and start it
`);
  });

  test("of changed settings says the lines", () => {
    const before = { ...present, settings: "# mine\nHOSTSFILE_SERVER_PORT=5000\n", pid: 4711 };
    expect(describePlan(planOf([settings, "different"]), before, linux)).toBe(`\
replace /etc/hostsfile-server/environment (mode 644)
        - HOSTSFILE_SERVER_PORT=5000
        + HOSTSFILE_SERVER_PORT=5001
restart hostsfile-server.service, while systemd holds its port
`);
  });

  test("of nothing", () => {
    expect(describePlan(planOf([program, "same"]), present, linux)).toContain("nothing was changed");
  });

  test("says what stays, and what a package takes the place of", () => {
    const plan = { ...planOf([settings, "missing"], [link, "foreign"]), replaced: ["/usr/local/lib/hostsfile-server"] };
    const text = describePlan(plan, present, linux);
    expect(text).toContain("leave   /usr/local/bin/dtk, which was not put there by install\n");
    expect(text).toContain("remove  /usr/local/lib/hostsfile-server, which the package takes the place of\n");
  });

  test("of a Python server's successor keeps its unit, and starts what takes its place", () => {
    const plan = { ...planOf([settings, "missing"]), predecessor: { port: "5000" } };
    const text = describePlan(plan, { ...present, pid: 4711, predecessor: { port: "5000" } }, linux);
    expect(text).toBe(`\
replace the Python server of hostsfile-server.service
        its unit is kept as ${linux.places.predecessorCopy} until uninstall
write   /etc/hostsfile-server/environment (mode 644)
enable  hostsfile-server.service and start it
`);
  });

  test("counts the program's files and names none of them", () => {
    const second: Item = { ...program, path: "/usr/local/lib/hostsfile-server/hostsfile-server.js" };
    const text = describePlan(planOf([program, "different"], [second, "missing"]), { ...present, pid: 1 }, linux);
    expect(text).toMatch(
      /^copy {4}the program to \/usr\/local\/lib\/hostsfile-server \(2 files, version \S+\)\nrestart /,
    );
  });

  test("of a file that nothing needs any more is its going, which alone is something to do", () => {
    const plan = { ...planOf([settings, "same"]), obsolete: ["/etc/systemd/system/old.socket"] };
    expect(describePlan(plan, { ...present, pid: 1 }, linux)).toBe(
      "remove  /etc/systemd/system/old.socket, which is not needed any more\n" +
        "restart hostsfile-server.service, while systemd holds its port\n",
    );
  });

  test("of nothing still says what of somebody else's is in the way", () => {
    expect(describePlan(planOf([link, "foreign"], [settings, "same"]), present, linux)).toBe(
      "Everything is installed as it should be; nothing was changed.\n" +
        "leave   /usr/local/bin/dtk, which was not put there by install\n",
    );
  });

  test("has the mode of a file in octal digits, the end of a link, and a slash behind a folder", () => {
    const folder: Item = { kind: "folder", path: "/etc/hostsfile-server" };
    const text = describePlan(planOf([folder, "missing"], [token, "different"], [link, "different"]), present, linux);
    expect(text.split("\n").slice(0, 3)).toEqual([
      "write   /etc/hostsfile-server/",
      "replace /etc/hostsfile-server/token (mode 640)",
      "replace /usr/local/bin/dtk -> /usr/local/lib/hostsfile-server/dtk",
    ]);
  });

  test("shows the files, but never the token", () => {
    const text = planContents(planOf([token, "missing"], [settings, "missing"]), linux.places);
    expect(text).toBe("\n/etc/hostsfile-server/environment:\n  # mine\n  HOSTSFILE_SERVER_PORT=5001\n");
  });
});

describe("the next step", () => {
  test("is dtk at first", () => {
    expect(nextStep(present, { hasToken: true, isWatched: false }, linux)).toMatch(
      /\n {2}dtk install-addon external-dns\n {2}It finds the token/,
    );
    expect(nextStep(present, { hasToken: false, isWatched: false }, linux)).not.toContain("token");
  });

  test("is a restart of the ExternalDNS that called the predecessor", () => {
    expect(nextStep({ ...present, predecessor: {} }, { hasToken: false, isWatched: false }, linux)).toContain(
      "kubectl -n external-dns rollout restart",
    );
  });

  test("is nothing but how to change and remove it where the watcher runs", () => {
    const text = nextStep(present, { hasToken: true, isWatched: true }, linux);
    expect(text).toContain("sudo hostsfile-server uninstall");
    expect(text).not.toContain("ExternalDNS");
  });

  test("is none after an upgrade", () => {
    expect(nextStep({ ...present, settings: "" }, { hasToken: true, isWatched: false }, linux)).toBe("");
  });

  test("fits a terminal", () => {
    for (const line of nextStep(present, { hasToken: true, isWatched: false }, linux).split("\n"))
      expect(line.length).toBeLessThanOrEqual(80);
  });
});
