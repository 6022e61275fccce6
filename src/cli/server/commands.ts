/** Every subcommand of hostsfile-server: its settings and the words of its help. */
import * as z from "zod/mini";
import { parseClusterName } from "../../records/cluster.ts";
import { parseDNSName } from "../../records/name.ts";
import { parseUserName } from "../../records/user.ts";
import { onOrOff, oneText, parsedBy } from "../../base/text-schema.ts";
import { type ProgramDeclaration, declareCommand } from "../command.ts";
import { platform } from "../../platform/current.ts";
import { exportFormats } from "./export-text.ts";
import { installSettings, uninstallSettings } from "./install-settings.ts";
import {
  hostsFileSetting,
  portSetting,
  serveSettings,
  stateFolderSetting,
  tokenFileSetting,
} from "./serve-settings.ts";
import { parseTeamName } from "../../team-server/plan/values.ts";
import { skydnsPathSetting, storeSettings } from "./store-settings.ts";
import { declare } from "../setting.ts";
import { invitationId, inviteSettings } from "./invite-settings.ts";
import { joinSettings, joinedTeam, teamLink } from "./join-settings.ts";
import { watchSettings } from "./watch-settings.ts";

const { places } = platform;
const { asRoot } = platform.commands;

const json = declare({ flag: "json", doc: "Print the result as JSON.", whenAbsent: "text", schema: onOrOff });

const cluster = declare({
  flag: "cluster",
  placeholder: "NAME",
  doc: "The cluster to use.",
  whenAbsent: "`default`",
  schema: z.pipe(oneText, parsedBy(parseClusterName, "a cluster's name (lower-case letters, digits and hyphens)")),
});

const shownTokenFile = {
  ...tokenFileSetting,
  doc: "A file with the admin token.",
  whenAbsent: `${places.tokenFile}, if it is there`,
};

const serverHost = declare({
  flag: "host",
  placeholder: "ADDRESS",
  doc: "The address where the server listens.",
  whenAbsent: "the service's, else localhost",
  schema: oneText,
});

/** How a command finds the running server, and proves that it may ask. */
const server = { port: portSetting, host: serverHost, tokenFile: shownTokenFile };

const watch = declare({
  flag: "watch",
  doc: "Show it live until Ctrl-C. When the output is not a terminal, print each change.",
  whenAbsent: "once",
  schema: onOrOff,
});

const demoWatch = declare({
  flag: "watch",
  doc: "Play the story without ExternalDNS: the watcher reads a simulated cluster.",
  whenAbsent: "the story with ExternalDNS",
  schema: onOrOff,
});

const watcher = declare({
  flag: "watcher",
  placeholder: "USER",
  doc: "The user whose watcher is to know the token, in place of a cluster.",
  whenAbsent: "a cluster's token",
  schema: z.pipe(oneText, parsedBy(parseUserName, "the name of a user (letters, digits and . _ - @ +)")),
});

const quiet = declare({ flag: "quiet", doc: "Print nothing but failures.", whenAbsent: "off", schema: onOrOff });

const tracedName = {
  placeholder: "NAME",
  doc: "A name to trace through every part, to the step where it stops.",
  optional: true,
  schema: z.pipe(oneText, parsedBy(parseDNSName, "a name, for example foo.dtk.io")),
} as const;

const doctorSettings = {
  fix: declare({
    flag: "fix",
    doc: "Repair what can be repaired safely, after showing the commands, and check again.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  yes: declare({ flag: "yes", doc: "Do not ask before the repair.", whenAbsent: "off", schema: onOrOff }),
  json,
  quiet: declare({ flag: "quiet", doc: "Print only what is not ok.", whenAbsent: "off", schema: onOrOff }),
  ...server,
  hostsFile: hostsFileSetting,
  stateFolder: stateFolderSetting,
  kubeconfig: declare({
    flag: "kubeconfig",
    placeholder: "PATH",
    doc: "The kubeconfig of the cluster to look at.",
    whenAbsent: "`$KUBECONFIG`, else ~/.kube/config",
    schema: oneText,
  }),
  context: declare({
    flag: "context",
    placeholder: "NAME",
    doc: "The context of the kubeconfig.",
    whenAbsent: "the current one",
    schema: oneText,
  }),
};

const printAlone = declare({
  flag: "print",
  doc: "Only print the link, and open no browser.",
  whenAbsent: "off",
  schema: onOrOff,
});

const teamName = {
  placeholder: "NAME",
  doc: "What the team is called, for people.",
  schema: z.pipe(oneText, parsedBy(parseTeamName, "a name of up to 64 characters")),
} as const;

const adoptSettings = {
  stale: declare({
    flag: "stale",
    doc: "Also remove lines, as DTK's older server wrote them, whose name lies in a managed domain and is asked for by no cluster.",
    whenAbsent: "they are listed and stay",
    schema: onOrOff,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Print what would be done, and do nothing.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  yes: declare({ flag: "yes", doc: "Do it without asking.", whenAbsent: "asked on a terminal", schema: onOrOff }),
};

const exportFormat = declare({
  flag: "format",
  placeholder: "FORMAT",
  doc: "`hosts` (lines of a hosts file), `json`, `dnsmasq` (options `host-record`), or `zone` (zone files of the managed domains, with wildcards and every record).",
  whenAbsent: "`hosts`",
  schema: z.pipe(
    oneText,
    parsedBy((text) => exportFormats.find((format) => format === text), "hosts, json, dnsmasq or zone"),
  ),
});

export const commands = [
  declareCommand({
    name: "serve",
    summary: "Serve ExternalDNS's webhook and keep the hosts file up to date (the default)",
    examples: [
      asRoot("hostsfile-server --cluster-ip=192.168.122.167 --port=5000 --domains=dtk.io,mydomain.io"),
      "hostsfile-server --hosts-file=./hosts --state-dir=./state --domains=dtk.io --cluster-ip=127.0.0.1",
      asRoot("hostsfile-server --dry-run --domains=dtk.io --cluster-ip=192.168.122.167"),
    ],
    settings: serveSettings,
    run: async (given, sources) => (await import("./serve.ts")).serve(given, sources),
  }),
  declareCommand({
    name: "status",
    summary: "Ask the running server what it shows, what it does not show and why",
    examples: [
      "hostsfile-server status",
      "hostsfile-server status --json | jq .attention",
      "hostsfile-server status --watch",
      "hostsfile-server status --port=5001",
    ],
    settings: { ...server, watch, json },
    run: async (given) => (await import("./status.ts")).showStatus(given),
  }),
  declareCommand({
    name: "watch",
    summary: "Read the clusters of your kubeconfigs and hand their names to the server, without ExternalDNS",
    examples: [
      "hostsfile-server watch --domains=dtk.io",
      "hostsfile-server watch --context=kind-a --context=kind-b",
      "hostsfile-server watch --once --dry-run",
      "hostsfile-server watch --print-rbac | kubectl apply -f -",
    ],
    settings: { ...watchSettings, ...server },
    run: async (given) => (await import("./watch.ts")).watchClusters(given),
  }),
  declareCommand({
    name: "open",
    summary: "Open the page with the names in a browser (where a token is set, the link works once)",
    examples: ["hostsfile-server open", "hostsfile-server open --print"],
    settings: { ...server, print: printAlone },
    run: async (given) => (await import("./open.ts")).openPage(given),
  }),
  declareCommand({
    name: "doctor",
    summary: "Find out why a name does not resolve, and what to type (changes nothing without --fix)",
    examples: [
      "hostsfile-server doctor",
      "hostsfile-server doctor foo.dtk.io",
      "hostsfile-server doctor --json | jq '.checks[] | select(.grade == \"problem\")'",
      asRoot("hostsfile-server doctor --fix"),
    ],
    positionals: { name: tracedName },
    settings: doctorSettings,
    run: async (given) => (await import("./doctor.ts")).doctor(given),
  }),
  declareCommand({
    name: "adopt",
    summary: "Give names that your own lines define to the managed block, after showing the difference",
    examples: ["hostsfile-server adopt --dry-run", "hostsfile-server adopt", "hostsfile-server adopt --stale --yes"],
    settings: { ...server, ...adoptSettings, quiet, json },
    run: async (given) => (await import("./adopt.ts")).adopt(given),
  }),
  declareCommand({
    name: "join",
    summary: "Follow the names that a team shares, after showing what it may do and what it would bring",
    examples: [
      "hostsfile-server join etcd://etcd.example.com:2379 --domains=dev.example.com --team-ca=ca.pem",
      "hostsfile-server join etcd://e1.example.com:2379,e2.example.com:2379/skydns --domains=dev.example.com --dry-run",
      "hostsfile-server join 'https://t1.example.com:5443/#INVITATION'",
    ],
    positionals: { link: teamLink },
    settings: { ...joinSettings, ...server, json },
    run: async (given) => (await import("./join.ts")).join(given),
  }),
  declareCommand({
    name: "leave",
    summary: "Follow a team no more, and remove its names",
    examples: ["hostsfile-server leave dev", "hostsfile-server leave dev --yes"],
    positionals: { team: joinedTeam },
    settings: { yes: joinSettings.yes, ...server },
    run: async (given) => (await import("./leave.ts")).leave(given),
  }),
  declareCommand({
    name: "team undo",
    summary: "Show a team's names again as they were before it lost most of them, and stop following it",
    examples: ["hostsfile-server team undo dev"],
    positionals: { team: joinedTeam },
    settings: server,
    run: async (given) => (await import("./leave.ts")).undo(given),
  }),
  declareCommand({
    name: "team follow",
    summary: "Follow a team again",
    examples: ["hostsfile-server team follow dev"],
    positionals: { team: joinedTeam },
    settings: server,
    run: async (given) => (await import("./leave.ts")).followAgain(given),
  }),
  declareCommand({
    name: "team init",
    summary: "Make an etcd the store of a team",
    examples: ["hostsfile-server team init dev --store=etcd://e1:2379,e2:2379,e3:2379"],
    positionals: { name: teamName },
    settings: storeSettings,
    run: async (given) => (await import("./team-init.ts")).initTeam(given),
  }),
  declareCommand({
    name: "team invite",
    summary: "Invite one desktop to follow a team's servers, and print the invitation as one line",
    examples: [
      "hostsfile-server team invite --store=etcd://e1:2379 --servers=https://t1.example.com:5443 --servers-ca=ca.pem",
      "hostsfile-server team invite --store=etcd://e1:2379 --domains=dev.example.com --expires=1d",
    ],
    settings: inviteSettings,
    run: async (given) => (await import("./team-invite.ts")).inviteDesktop(given),
  }),
  declareCommand({
    name: "team invitations",
    summary: "List who was invited to follow a team, and who joined",
    examples: ["hostsfile-server team invitations --store=etcd://e1:2379"],
    settings: { ...storeSettings, json },
    run: async (given) => (await import("./team-invitations.ts")).listInvitations(given),
  }),
  declareCommand({
    name: "team revoke",
    summary: "Take an invitation back, also from the desktop that joined by it",
    examples: ["hostsfile-server team revoke 3f76409fd2 --store=etcd://e1:2379"],
    positionals: { id: invitationId },
    settings: storeSettings,
    run: async (given) => (await import("./team-invitations.ts")).revokeInvitation(given),
  }),
  declareCommand({
    name: "team check",
    summary: "Look at a team's etcd: its members, its alarms, and values that nobody can read",
    examples: ["hostsfile-server team check --store=etcd://e1:2379,e2:2379,e3:2379"],
    settings: { ...storeSettings, skydnsPath: skydnsPathSetting },
    run: async (given) => (await import("./team-check.ts")).checkTeam(given),
  }),
  declareCommand({
    name: "team log",
    summary: "Print who changed what in a team's store, as far back as etcd keeps history",
    examples: ["hostsfile-server team log --store=etcd://e1:2379 | grep foo.dtk.io"],
    settings: { ...storeSettings, json },
    run: async (given) => (await import("./team-log.ts")).logTeam(given),
  }),
  declareCommand({
    name: "export",
    summary: "Print the names that the running server shows, as hosts lines, JSON, dnsmasq options or DNS zones",
    examples: [
      "hostsfile-server export",
      `hostsfile-server export --format=dnsmasq > ${places.configurationFolder}/dnsmasq.d/cluster.conf`,
    ],
    settings: { ...server, format: exportFormat },
    run: async (given) => (await import("./export.ts")).exportNames(given),
  }),
  declareCommand({
    name: "clear",
    summary: "Remove our lines and what is saved, whether the server runs or not",
    examples: [asRoot("hostsfile-server clear"), asRoot("hostsfile-server clear --cluster kind-a")],
    settings: {
      cluster: { ...cluster, whenAbsent: "every cluster" },
      ...server,
      hostsFile: hostsFileSetting,
      stateFolder: stateFolderSetting,
      quiet,
    },
    run: async (given) => (await import("./clear.ts")).clear(given),
  }),
  declareCommand({
    name: "recover",
    summary: "Go on after the saved records were damaged or lost (ExternalDNS fills them again)",
    examples: [asRoot("hostsfile-server recover")],
    settings: { stateFolder: stateFolderSetting, quiet },
    run: async (given) => (await import("./recover.ts")).recover(given),
  }),
  declareCommand({
    name: "install",
    summary: "Install the server as a service that starts at boot, upgrade it, or change its flags",
    examples: [
      asRoot("hostsfile-server install"),
      asRoot("hostsfile-server install --dry-run"),
      asRoot("hostsfile-server install --port=5001 --allow=192.168.122.0/24"),
    ],
    settings: installSettings,
    run: async (given) => (await import("./install.ts")).install(given),
  }),
  declareCommand({
    name: "uninstall",
    summary: "Remove the service with its program, token, state and lines in the hosts file",
    examples: [asRoot("hostsfile-server uninstall"), asRoot("hostsfile-server uninstall --keep-state --yes")],
    settings: uninstallSettings,
    run: async (given) => (await import("./uninstall.ts")).uninstall(given),
  }),
  declareCommand({
    name: "token",
    summary: "Print the token that a cluster's ExternalDNS must show, or that a user's watcher must know",
    examples: [
      asRoot(`hostsfile-server token --cluster kind-a --token-file ${places.tokenFile}`),
      asRoot("hostsfile-server token --watcher dev"),
    ],
    settings: { cluster, watcher, tokenFile: shownTokenFile },
    run: async (given) => (await import("./token.ts")).printToken(given),
  }),
  declareCommand({
    name: "demo",
    summary: "Play the whole story on a scratch hosts file: no cluster, no root, nothing left behind",
    examples: ["hostsfile-server demo", "hostsfile-server demo --watch", "hostsfile-server demo --json"],
    settings: { watch: demoWatch, json },
    run: async (given) => (await import("./demo.ts")).demo(given),
  }),
];

export const hostsfileServer: ProgramDeclaration = {
  name: "hostsfile-server",
  summary: `Keeps ${places.hostsFile} up to date with the Ingresses of your desktop Kubernetes cluster.`,
  commands,
  defaultCommand: "serve",
  groups: { team: "What a team shares: its store in etcd, and earlier lists of its names" },
};
