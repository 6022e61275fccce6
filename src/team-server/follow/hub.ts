/**
 * Tells every desktop what happens. Each has a place in the log, from which it is told what comes after, once it has taken
 * what was told before: so nothing is told twice or left out, and a slow one keeps little in memory.
 */
import type { ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { inSlices } from "../../base/slices.ts";
import { forEachInSteps } from "../../base/steps.ts";
import { beatSeconds } from "../../contract/follow.ts";
import { type Audience, textOfEntries, textOfPosition } from "./lines.ts";
import type { Publication } from "./publication.ts";

/** A desktop that follows. */
interface Listener {
  readonly desktop: string;
  readonly audience: Audience;
  readonly response: ServerResponse;
  readonly publication: Publication;
  /** Everything up to it was told. */
  at: bigint;
  /** When it must hear something although nothing happens, and since when it takes nothing, as `performance.now()`. */
  dueAt: number;
  fullSince: number | undefined;
}

interface HubOptions {
  /** What is published now, as far as it may be told. */
  readonly publication: () => Publication | undefined;
}

/** Characters of one write, unless one change is longer. */
const batch = 64 * 1024;

/** Writes that are kept for others within a round. */
const mostTexts = 64;

/** Streams of one desktop: it needs one, and has another while it does not know yet that the first one is dead. */
const mostStreams = 8;

/** Milliseconds for which a desktop may take nothing. */
const patience = 30_000;

/** Milliseconds between two looks at who must hear something although nothing happens. */
const beatEvery = 1000;

export class Hub implements Disposable {
  readonly #options: HubOptions;
  readonly #listeners = new Set<Listener>();
  /** The streams of each desktop, the oldest first. */
  readonly #streams = new Map<string, Set<Listener>>();
  readonly #timer = setInterval(() => this.#beat(), beatEvery).unref();
  /** Those that have come, or take again: while nothing happens, they alone are looked at, and not all the others for each of them. */
  readonly #ready = new Set<Listener>();
  #isRunning = false;
  #isDue = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Number of desktops that follow. */
  get size(): number {
    return this.#listeners.size;
  }

  /**
   * Begins to tell a desktop what comes after a revision, on an answer whose head is written.
   *
   * @param desktop - its id
   */
  add(
    desktop: string,
    { audience, response, publication, at }: Pick<Listener, "audience" | "response" | "publication" | "at">,
  ): void {
    const listener: Listener = {
      desktop,
      audience,
      response,
      publication,
      at,
      dueAt: 0,
      fullSince: undefined,
    };
    this.#keep(listener);
    response.once("close", () => this.#drop(listener));
    response.on("drain", () => {
      listener.fullSince = undefined;
      this.#noteReady(listener);
    });
    this.#write(listener, textOfPosition());
    this.#noteReady(listener);
  }

  /** Says that something may have happened. */
  note(): void {
    this.#isDue = true;
    if (!this.#isRunning) void this.#run();
  }

  #noteReady(listener: Listener): void {
    this.#ready.add(listener);
    if (!this.#isRunning) void this.#run();
  }

  /** Ends the streams of desktops. */
  end(isGone: (desktop: string) => boolean): void {
    for (const { desktop, response } of this.#listeners) if (isGone(desktop)) response.end();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.end(() => true);
  }

  /** One desktop must not take the places of others, so the oldest of its streams goes when it has too many. */
  #keep(listener: Listener): void {
    this.#listeners.add(listener);
    const own = this.#streams.get(listener.desktop) ?? new Set();
    this.#streams.set(listener.desktop, own.add(listener));
    const [oldest] = own;
    if (own.size <= mostStreams || oldest === undefined) return;
    this.#drop(oldest);
    oldest.response.destroy();
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener);
    const own = this.#streams.get(listener.desktop);
    own?.delete(listener);
    if (own?.size === 0) this.#streams.delete(listener.desktop);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isDue || this.#ready.size > 0) {
      // Those that come together are told what is made once.
      if (!this.#isDue) await setImmediate();
      const some = this.#isDue ? [...this.#listeners] : [...this.#ready];
      this.#isDue = false;
      this.#ready.clear();
      const texts = new Map<string, Buffer>();
      await inSlices(forEachInSteps(some, (listener) => this.#tell(listener, texts)));
    }
    this.#isRunning = false;
  }

  /** @param texts - what was written in this round, so that the same is made once for all that hear the same */
  #tell(listener: Listener, texts: Map<string, Buffer>): void {
    const { response, publication, audience } = listener;
    const current = this.#options.publication();
    if (current !== undefined && current !== publication) return void response.end();
    while (listener.fullSince === undefined && listener.at < publication.log.last && !response.writableEnded) {
      const entries = publication.log.after(listener.at, batch);
      // What it needs is not kept any more, which it hears when it comes again.
      if (entries === undefined) return void response.end();
      const last = entries.at(-1);
      if (last === undefined) return;
      const key = `${audience.id} ${listener.at} ${last.revision}`;
      const text =
        texts.get(key) ?? Buffer.from(textOfEntries(entries, audience, (revision) => publication.position(revision)));
      if (texts.size < mostTexts) texts.set(key, text);
      listener.at = last.revision;
      this.#write(listener, text);
    }
  }

  /** Tells those that heard nothing for a while how far everything has come, and cuts off those that take nothing. */
  #beat(): void {
    const now = performance.now();
    const publication = this.#options.publication();
    for (const listener of this.#listeners) {
      const { response, fullSince, dueAt } = listener;
      if (fullSince !== undefined && now - fullSince > patience) {
        response.destroy();
      } else if (fullSince === undefined && publication !== undefined && now > dueAt) {
        this.#write(listener, this.#bookmark(listener, publication));
      }
    }
  }

  /** Where nothing of its own happened, it has come as far as everything has. */
  #bookmark(listener: Listener, publication: Publication): string {
    const { reached, log } = publication;
    if (publication !== listener.publication || listener.at >= reached || listener.at < log.last)
      return textOfPosition();
    listener.at = reached;
    return textOfPosition(publication.position(reached));
  }

  #write(listener: Listener, text: string | Buffer): void {
    if (listener.response.destroyed || listener.response.writableEnded) return;
    const now = performance.now();
    // Not all of them at once.
    listener.dueAt = now + beatSeconds * 1000 * (1 - Math.random() / 3);
    if (!listener.response.write(text)) listener.fullSince = now;
  }
}
