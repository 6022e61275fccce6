/** Drives a real server through operations and holds what it does against the model after each of them. */
import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { diffLines } from "diff";
import * as fc from "fast-check";
import { type Answer, curl, postRecords } from "../support/http.ts";
import { outsideOf, shownIn } from "../support/managed-block.ts";
import { type RunningProduct, startProduct } from "../support/product.ts";
import { residentBytes } from "../support/resident-memory.ts";
import { DesktopModel, type ModelChanges, type ModelEndpoint } from "./desktop-model.ts";
import { type Operation, operation } from "./operations.ts";

export interface DriveOptions {
  readonly seed: number;
  /** The folder of the hosts file, which exists. */
  readonly folder: string;
  readonly stateFolder: string;
  /** Whether an editor may replace the file, which a bind mount forbids. */
  readonly canReplace: boolean;
  /** How many operations to run, unless {@link until} ends the run earlier. */
  readonly operations: number;
  /** When to end, as `performance.now()`. */
  readonly until?: number;
}

/** How often each kind of operation ran, and what the server took. */
export interface DriveReport {
  readonly operations: number;
  readonly kinds: Readonly<Record<string, number>>;
  /** Changes whose answer a kill cut off. */
  readonly cut: number;
  /** The most memory of the server at rest, in MiB. */
  readonly memory: number;
}

/** Milliseconds until the file must be right: generous, since nothing here measures speed. */
const patience = 180_000;

const initialText = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n\n# my own\n192.0.2.99 nas.home\n";

/**
 * Runs random operations against a real server on a scratch hosts file.
 *
 * @throws an error that names the seed and the operation when file or records differ from the model
 */
export async function drive(options: DriveOptions): Promise<DriveReport> {
  const desktop = await Desktop.start(options);
  const kinds: Record<string, number> = {};
  let count = 0;
  try {
    for (let chunk = 0; count < options.operations && !isOver(options); chunk += 1) {
      const size = Math.min(500, options.operations - count);
      for (const next of fc.sample(operation, { seed: options.seed + chunk, numRuns: size })) {
        if (isOver(options)) break;
        count += 1;
        await runOne(desktop, next, `seed ${options.seed}, operation ${count}`);
        kinds[next.kind] = (kinds[next.kind] ?? 0) + 1;
      }
    }
    return { operations: count, kinds, cut: desktop.cut, memory: desktop.memory };
  } finally {
    await desktop.stop();
  }
}

async function runOne(desktop: Desktop, next: Operation, where: string): Promise<void> {
  try {
    await desktop.run(next);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${where}, ${JSON.stringify(next)}: ${message}`, { cause: error });
  }
}

function isOver({ until }: DriveOptions): boolean {
  return until !== undefined && performance.now() >= until;
}

class Desktop {
  readonly #options: DriveOptions;
  readonly #hostsFile: string;
  readonly #model = new DesktopModel(initialText);
  #server: RunningProduct;
  cut = 0;
  memory = 0;

  static async start(options: DriveOptions): Promise<Desktop> {
    const hostsFile = join(options.folder, "hosts");
    writeFileSync(hostsFile, initialText);
    return new Desktop(options, hostsFile, await startProduct(flagsOf(hostsFile, options)));
  }

  private constructor(options: DriveOptions, hostsFile: string, server: RunningProduct) {
    this.#options = options;
    this.#hostsFile = hostsFile;
    this.#server = server;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  async run(next: Operation): Promise<void> {
    await this.#do(next);
    await this.#compareFile();
  }

  async #do(next: Operation): Promise<void> {
    switch (next.kind) {
      case "post":
        return this.#post(next.cluster, next.changes);
      case "post-and-append":
        return this.#postAndAppend(next.cluster, next.changes, next.milliseconds);
      case "post-and-kill":
        return this.#postAndKill(next.cluster, next.changes, next.milliseconds);
      case "post-while-protected":
        return this.#postWhileProtected(next.cluster, next.changes);
      case "add-domain":
        return this.#addDomain(next.cluster, next.domain);
      case "remove-domain":
        return this.#removeDomain(next.cluster, next.domain);
      case "set-cluster-ip":
        return this.#set(next.cluster, "clusterip", next.addresses.join(), { clusterIPs: next.addresses });
      case "set-targets":
        return this.#set(next.cluster, "targets", next.targets, { targets: next.targets });
      case "forget":
        return this.#forget(next.cluster);
      case "append":
        return this.#append(next.line);
      case "edit":
        return this.#options.canReplace ? this.#edit(next) : this.#append(next.line);
      case "restart":
        return this.#restart("SIGTERM");
      case "kill":
        return this.#restart("SIGKILL");
    }
  }

  #url(cluster: string): string {
    return cluster === "default" ? this.#server.url : `${this.#server.url}/clusters/${cluster}`;
  }

  async #post(cluster: string, changes: ModelChanges): Promise<void> {
    const { status } = await postRecords(this.#url(cluster), changes);
    const isKnown = this.#model.cluster(cluster) !== undefined;
    expectEqual("status", status, isKnown ? 204 : 503);
    if (isKnown) this.#model.store(cluster, this.#model.after(cluster, changes));
    await this.#compareRecords(cluster);
  }

  /** While lines come in, the server may give up for now and be asked again, as ExternalDNS does. */
  async #postAndAppend(cluster: string, changes: ModelChanges, milliseconds: number): Promise<void> {
    if (this.#model.cluster(cluster) === undefined) return;
    const posted = this.#postUntilDone(cluster, changes);
    await sleep(milliseconds);
    this.#append("# came meanwhile");
    await posted;
    this.#model.store(cluster, this.#model.after(cluster, changes));
    await this.#compareRecords(cluster);
  }

  async #postUntilDone(cluster: string, changes: ModelChanges): Promise<void> {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const { status } = await postRecords(this.#url(cluster), changes);
      if (status === 204) return;
      expectEqual("status", status, 503);
      await sleep(50);
    }
    throw new Error("50 times 503");
  }

  /** What was answered is kept; what was cut off is there whole or not at all. */
  async #postAndKill(cluster: string, changes: ModelChanges, milliseconds: number): Promise<void> {
    const answered: Promise<Answer | undefined> = postRecords(this.#url(cluster), changes).catch(() => undefined);
    await sleep(milliseconds);
    await this.#restart("SIGKILL");
    const before = this.#model.cluster(cluster)?.records;
    if (before === undefined) return;
    const after = this.#model.after(cluster, changes);
    const answer = await answered;
    if (answer === undefined) this.cut += 1;
    const stored = DesktopModel.describe(await this.#records(cluster)).join("\n");
    const isStored = stored === describe(after);
    if (answer?.status === 204) expectEqual("records after 204", stored, describe(after));
    else if (!isStored) expectEqual("records after a cut", stored, describe(before));
    if (isStored) this.#model.store(cluster, after);
  }

  /** A file that cannot be written is answered 503; what was posted is stored and shown once it can be written again. */
  async #postWhileProtected(cluster: string, changes: ModelChanges): Promise<void> {
    if (this.#model.cluster(cluster) === undefined) return;
    const before = this.#model.lines().join("\n");
    execFileSync("chattr", ["+i", this.#hostsFile]);
    try {
      const { status } = await postRecords(this.#url(cluster), changes);
      this.#model.store(cluster, this.#model.after(cluster, changes));
      expectEqual("status", status, this.#model.lines().join("\n") === before ? 204 : 503);
    } finally {
      execFileSync("chattr", ["-i", this.#hostsFile]);
    }
    await this.#compareRecords(cluster);
    await this.#postUntilDone("default", { create: [], updateOld: [], updateNew: [], delete: [] });
  }

  async #addDomain(cluster: string, domain: string): Promise<void> {
    const domains = this.#model.cluster(cluster)?.domains ?? [];
    await this.#set(cluster, "domains", domain, {
      domains: domains.includes(domain) ? domains : [...domains, domain],
    });
  }

  async #removeDomain(cluster: string, domain: string): Promise<void> {
    const domains = this.#model.cluster(cluster)?.domains ?? [];
    const { status } = await curl(`${this.#url(cluster)}/domains/${domain}`, { method: "DELETE" });
    expectEqual("status", status, domains.includes(domain) ? 200 : 404);
    if (status === 200) this.#model.configure(cluster, { domains: domains.filter((other) => other !== domain) });
  }

  async #set(
    cluster: string,
    setting: string,
    body: string,
    values: Parameters<DesktopModel["configure"]>[1],
  ): Promise<void> {
    expectEqual("status", (await curl(`${this.#url(cluster)}/${setting}`, { body })).status, 200);
    this.#model.configure(cluster, values);
  }

  async #forget(cluster: string): Promise<void> {
    const { status } = await curl(`${this.#server.url}/clusters/${cluster}`, { method: "DELETE" });
    expectEqual("status", status, this.#model.cluster(cluster) === undefined ? 404 : 200);
    this.#model.forget(cluster);
  }

  #append(line: string): void {
    appendFileSync(this.#hostsFile, `${line}\n`);
    this.#model.userText += `${line}\n`;
  }

  /** As an editor does: a new file takes the old one's place. */
  #edit({ line, at, isRemoval }: Extract<Operation, { kind: "edit" }>): void {
    const text = readFileSync(this.#hostsFile, "utf8");
    const begin = text.indexOf("# BEGIN hostsfile-server");
    const userLines = outsideOf(text).split("\n").slice(0, -1);
    const place = Math.floor(at * userLines.length);
    const before = begin === -1 ? userLines.length : text.slice(0, begin).split("\n").length - 1;
    const block = text.slice(begin === -1 ? text.length : begin, text.length - outsideOf(text).length + begin);
    const edited = isRemoval ? userLines.toSpliced(place, 1) : userLines.toSpliced(place, 0, line);
    const moved = place < before ? before + (isRemoval ? -1 : 1) : before;
    const parts = [lines(edited.slice(0, moved)), begin === -1 ? "" : block, lines(edited.slice(moved))];
    const temporary = `${this.#hostsFile}.editor`;
    writeFileSync(temporary, parts.join(""));
    renameSync(temporary, this.#hostsFile);
    this.#model.userText = lines(edited);
  }

  async #restart(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.memory = Math.max(this.memory, memoryOf(this.#server.pid));
    await this.#server.stop(signal);
    this.#server = await startProduct(flagsOf(this.#hostsFile, this.#options));
  }

  async #records(cluster: string): Promise<readonly ModelEndpoint[]> {
    const { status, text } = await curl(`${this.#url(cluster)}/records`);
    expectEqual("status", status, 200);
    return JSON.parse(text);
  }

  async #compareRecords(cluster: string): Promise<void> {
    const wanted = this.#model.cluster(cluster);
    if (wanted === undefined) return;
    const stored = DesktopModel.describe(await this.#records(cluster)).join("\n");
    expectEqual(`records of ${cluster}`, stored, describe(wanted.records));
  }

  async #compareFile(): Promise<void> {
    const wanted = [this.#model.userText, this.#model.lines().join("\n")].join("\n-- block --\n");
    const end = performance.now() + patience;
    const found = (): string => {
      const text = readFileSync(this.#hostsFile, "utf8");
      return [outsideOf(text), shownIn(text).join("\n")].join("\n-- block --\n");
    };
    while (found() !== wanted && performance.now() < end) await sleep(5);
    expectEqual("the hosts file", found(), wanted);
  }
}

function describe(records: ReadonlyMap<string, { readonly endpoint: ModelEndpoint }>): string {
  return DesktopModel.describe([...records.values()].map(({ endpoint }) => endpoint)).join("\n");
}

function flagsOf(hostsFile: string, { stateFolder }: DriveOptions): readonly string[] {
  return [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`];
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join("");
}

/** Resident memory in MiB. */
function memoryOf(pid: number): number {
  return Math.round(residentBytes(pid) / 1024 ** 2);
}

function expectEqual(what: string, found: string | number, wanted: string | number): void {
  if (found === wanted) return;
  throw new Error(`${what} is not as the model has it:\n${formatLines(diffLines(String(found), String(wanted)))}`);
}

/** `-` is a line that should not be there, `+` one that is missing. */
function formatLines(changes: ReturnType<typeof diffLines>): string {
  return changes
    .filter(({ added, removed }) => added || removed)
    .map(({ added, value }) => value.replace(/^/gm, added ? "+ " : "- "))
    .join("\n");
}
