/** `hostsfile-server status --watch`: the status live, drawn over itself on a terminal, else printed at each change. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "../../contract/status.ts";
import { type Trouble, TroubleError, adviceOf, toTrouble } from "../../base/trouble.ts";
import { openScreen } from "../screen.ts";
import { type ServerFlags, findStatus } from "../../client/server-client.ts";
import { printableJSON } from "../../base/printable.ts";
import { describeAttention, describeParts, renderStatus } from "./status-text.ts";
import { type Terminal, terminalOf, wrap } from "../terminal.ts";

/** Milliseconds between two looks. */
const interval = 1000;

/** What was found at one look; a server that is gone may come back. */
type StatusReading = { readonly status: Status } | { readonly trouble: Trouble };

type Show = (look: StatusReading) => void;

/** Shows the status until a signal ends the process, with exit code 0: that is how watching ends well. */
export async function watchStatus(given: ServerFlags & { readonly json: boolean | undefined }): Promise<never> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(0));
  const isDrawn = process.stdout.isTTY && given.json !== true && process.env["TERM"] !== "dumb";
  const show = isDrawn ? drawing() : printing(given.json === true);
  for (;;) {
    show(await takeLook(given));
    await sleep(interval);
  }
}

async function takeLook(place: ServerFlags): Promise<StatusReading> {
  try {
    return { status: await findStatus(place) };
  } catch (error) {
    if (!(error instanceof TroubleError)) throw error;
    return { trouble: toTrouble(error) };
  }
}

function drawing(): Show {
  let last: StatusReading | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    const terminal = terminalOf(process.stdout);
    const note = ["", terminal.paint("faint", "Live; Ctrl-C ends it.")];
    if ("trouble" in last) screen.draw({ lines: describeTrouble(last.trouble, terminal), footer: note });
    else {
      const lines = describeParts(last.status, { now: Date.now(), terminal });
      screen.draw({ lines, footer: ["", ...describeAttention(last.status, terminal), ...note] });
    }
  };
  const screen = openScreen(process.stdout, draw);
  return (look) => {
    last = look;
    draw();
  };
}

function printing(json: boolean): Show {
  let last: string | undefined;
  return (look) => {
    const key = substanceOf(look);
    if (key === last) return;
    const isFirst = last === undefined;
    last = key;
    const text = json
      ? `${printableJSON("status" in look ? look.status : look.trouble)}\n`
      : renderLook(look, terminalOf(process.stdout));
    process.stdout.write(isFirst || json ? text : `\n--- ${new Date().toISOString()}\n${text}`);
  };
}

function renderLook(look: StatusReading, terminal: Terminal): string {
  if ("status" in look) return renderStatus(look.status, { now: Date.now(), terminal });
  return `${describeTrouble(look.trouble, terminal).join("\n")}\n`;
}

function describeTrouble(trouble: Trouble, { width }: Terminal): readonly string[] {
  return [
    ...wrap(trouble.message, width, { first: "", others: "" }),
    ...wrap(adviceOf(trouble), width, { first: "  ", others: "  " }),
  ];
}

/** All that counts as a change: not that a source or a resolver called again, nor that a silence has become longer. */
export function substanceOf(look: StatusReading): string {
  if ("trouble" in look) return look.trouble.code;
  const { clusters, watchers = [], attention, sinks, resolver, ...others } = look.status;
  const lasting = clusters.map((cluster) => ({
    ...cluster,
    lastHeard: null,
    silentSeconds: 0,
    watch: cluster.watch && { ...cluster.watch, lastHeard: null, kinds: cluster.watch.kinds.map(withoutEvent) },
  }));
  const watching = watchers.map((watcher) => ({ ...watcher, lastHeard: null }));
  const showing = sinks.map(({ responder, ...sink }) => ({ ...sink, sockets: responder?.sockets }));
  const telling = resolver && { ...resolver, questions: 0, lastQuestionAt: null };
  const told = [others, lasting, watching, showing, telling];
  return JSON.stringify([...told, attention.map(({ code, hint, command }) => [code, hint, command])]);
}

function withoutEvent(kind: NonNullable<Status["clusters"][number]["watch"]>["kinds"][number]): object {
  return { ...kind, objects: 0, lastEvent: null };
}
