/** What `install --watch` puts into a user's home folder, and what it says of it: never the token, and until when it runs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { installationPlanOf } from "../../../test/support/installation.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { userOfToken, watchToken } from "../../contract/token.ts";
import { linux } from "../../platform/linux.ts";
import type { Login } from "../../platform/login.ts";
import type { UserServices } from "../../platform/user-services.ts";
import type { UserName } from "../../records/user.ts";
import type { InstallationPlan } from "../../service/installation.ts";
import type { Item, ItemState } from "../../service/item.ts";
import type { InstalledProgram } from "../../service/program.ts";
import type { WatcherPlan } from "../../service/watcher.ts";
import { describeWatcher, describeWatcherPlan, watcherContents, watcherWish } from "./install-watcher.ts";

afterEach(() => void vi.unstubAllEnvs());

const login: Login = { name: "ann", user: 1000, group: 1000, home: "/home/ann" };

function servicesOf(runsFromBoot: boolean): UserServices {
  return {
    watcher: "watch.service",
    filesOf: () => [],
    start: async () => Promise.resolve(true),
    stop: async () => Promise.resolve(),
    forget: async () => Promise.resolve(),
    runFromBoot: () => runsFromBoot,
    letRunFromBoot: ({ name }) => ["loginctl", "enable-linger", name],
    startByHand: [],
    log: ["journalctl", "--user"],
  };
}

const token = watchToken("an-admin-token-of-some-length", "ann" as UserName);
const unit = "/home/ann/.config/systemd/user/watch.service";
const items = {
  token: {
    kind: "file",
    path: "/home/ann/.config/hostsfile-server/token",
    content: `${token}\n`,
    mode: 0o600,
    owner: login,
  },
  unit: { kind: "file", path: unit, content: "[Unit]\n\n[Service]\n", mode: 0o644, owner: login },
  link: { kind: "link", path: "/home/ann/wants/watch.service", target: unit },
  folder: { kind: "folder", path: "/home/ann/.local/state/hostsfile-server" },
} as const satisfies Record<string, Item>;

function planOf(states: Partial<Record<keyof typeof items, ItemState>>, runsFromBoot = false): WatcherPlan {
  const listed = (["token", "unit", "link", "folder"] as const).flatMap((key) => {
    const state = states[key];
    return state === undefined ? [] : [{ item: items[key], state }];
  });
  return { login, services: servicesOf(runsFromBoot), items: listed, note: items.folder };
}

describe("the plan", () => {
  test("of a first installation has each file with its mode and its owner, and no folder", () => {
    const states = { token: "missing", unit: "missing", link: "missing", folder: "missing" } as const;
    expect(describeWatcherPlan(planOf(states))).toBe(`\
write   /home/ann/.config/hostsfile-server/token (mode 600, of ann)
write   ${unit} (mode 644, of ann)
write   /home/ann/wants/watch.service (a link, of ann)
enable  watch.service of ann and start it
`);
  });

  test("of a second one has what is different alone, and the start", () => {
    const states = { token: "same", unit: "different", link: "same", folder: "same" } as const;
    expect(describeWatcherPlan(planOf(states))).toBe(`\
replace ${unit} (mode 644, of ann)
enable  watch.service of ann and start it
`);
  });
});

describe("the files that a dry run shows", () => {
  test("are those that would be written, whole and indented, empty lines left empty", () => {
    const text = watcherContents(planOf({ unit: "missing", link: "missing", folder: "missing" }));
    expect(text).toBe(`\n${unit}:\n  [Unit]\n\n  [Service]\n`);
    expect(watcherContents(planOf({ unit: "same" }))).toBe("");
  });

  test("never hold the token", () => {
    const text = watcherContents(planOf({ token: "missing", unit: "different" }));
    expect(text).toContain("[Service]");
    expect(text).not.toContain(token);
    expect(text).not.toContain(items.token.path);
  });
});

describe("the last words", () => {
  test.each([
    [true, true, "The watcher of ann runs. Lingering is enabled for ann, so it runs from boot on"],
    [true, false, "The watcher of ann runs. Lingering is not enabled for ann, so it ends with the last session"],
    [false, true, "The watcher of ann starts when ann logs in. Lingering is enabled for ann"],
    [false, false, "The watcher of ann starts when ann logs in. Lingering is not enabled for ann"],
  ])("where it runs: %s, and runs from boot on: %s", (isRunning, runsFromBoot, words) => {
    const text = describeWatcher(planOf({}, runsFromBoot), isRunning, linux);
    expect(text).toContain(words);
    expect(text.endsWith("\n  journalctl --user\n")).toBe(true);
    expect(text.includes("sudo loginctl enable-linger ann")).toBe(!runsFromBoot);
  });
});

describe("what is wanted", () => {
  const program: InstalledProgram = {
    items: [],
    command: ["/usr/local/lib/x/node", "/usr/local/lib/x/server.js"],
    hasAddon: true,
  };
  const none = installationPlanOf();

  test("is the installed program, with the variables that find kubeconfigs and login programs", () => {
    vi.stubEnv("KUBECONFIG", "/home/ann/a:/home/ann/b");
    vi.stubEnv("PATH", "/bin:/opt/bin");
    vi.stubEnv("SECRET", "hidden");
    const { command, environment, token: held } = watcherWish(login, none, { program, tokenFile: undefined });
    expect(command).toEqual(["/usr/local/lib/x/node", "/usr/local/lib/x/server.js", "watch"]);
    expect(environment).toEqual({ KUBECONFIG: "/home/ann/a:/home/ann/b", PATH: "/bin:/opt/bin" });
    expect(held).toBeUndefined();
  });

  test("of a package is the package's program", () => {
    const { command } = watcherWish(login, none, { program: { ...program, command: undefined }, tokenFile: undefined });
    expect(command).toEqual([join(linux.places.packagedFolder, "hostsfile-server"), "watch"]);
  });

  test("has a token of this user alone: derived from the one that will be written, else from the one that is there", () => {
    using folder = temporaryFolder();
    const tokenFile = join(folder.path, "token");
    writeFileSync(tokenFile, "the-token-that-is-there-already\n", { mode: 0o600 });
    const wish = (plan: InstallationPlan) => watcherWish(login, plan, { program, tokenFile }).token ?? "";
    const planned: Item = {
      kind: "file",
      path: tokenFile,
      content: "the-token-that-will-be-written\n",
      mode: 0o640,
      owner: login,
    };
    const item = { item: planned, state: "missing" } as const;
    expect(wish(none)).toBe(watchToken("the-token-that-is-there-already", "ann" as UserName));
    expect(wish({ ...none, items: [item] })).toBe(watchToken("the-token-that-will-be-written", "ann" as UserName));
    expect(userOfToken(wish(none))).toBe("ann");
  });

  test("of a token that is to be there and is not, is a trouble that names the file", () => {
    const attempt = (): unknown => watcherWish(login, none, { program, tokenFile: "/nowhere/token" });
    expect(attempt).toThrow(/\/nowhere\/token/);
  });
});
