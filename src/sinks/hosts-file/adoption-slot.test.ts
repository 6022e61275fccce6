/** An adoption: done once, by the next write of the hosts file, and never later than its answer. */
import { describe, expect, test } from "vitest";
import { StoreKeeper } from "../../engine/keeper.ts";
import { keepInMemory } from "../../store/keepers.ts";
import { Reconciler } from "../../engine/reconciler.ts";
import type { Outcome } from "../../engine/reconciler-port.ts";
import type { Sink, SinkReport } from "../../engine/sink.ts";
import { openMemoryStore } from "../../store/open.ts";
import { StoreTroubleError } from "../../engine/store-trouble.ts";
import type { Trouble } from "../../base/trouble.ts";
import { type Adopter, type AdoptionOutcome, AdoptionSlot, type HostsFileReport } from "./adoption-slot.ts";
import type { Adoption } from "./document/adoption.ts";

const full: Trouble = { code: "hosts-file-disk-full", message: "The disk is full.", hint: "Make room." };
const fine: SinkReport = { ok: true, method: "rename", diff: { added: [], removed: [] }, refused: [], notices: [] };
const adoption: Adoption = { userPart: "0", isWanted: () => true, isStale: () => false };
const adopted = { edits: [], copy: "/state/hosts.copy" };

/** A hosts file whose writes end as the test says. */
class TestSink implements Sink, Adopter {
  readonly id = "hosts-file";
  readonly title = "hosts file";
  readonly #slot = new AdoptionSlot();
  readonly adoptions: (Adoption | undefined)[] = [];
  answer: HostsFileReport = fine;
  bug: Error | undefined;
  gate: Promise<void> | undefined;
  inFlight = 0;
  maxInFlight = 0;

  adopt(wanted: Adoption, showAgain: () => Promise<Outcome>): Promise<AdoptionOutcome> {
    return this.#slot.adopt(wanted, showAgain);
  }

  apply(): Promise<SinkReport> {
    return this.#slot.apply(async (given) => {
      this.adoptions.push(given);
      this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
      await this.gate;
      this.inFlight--;
      if (this.bug !== undefined) throw this.bug;
      return this.answer;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function start(keeper = keepInMemory()) {
  const sink = new TestSink();
  const reconciler = new Reconciler({
    keeper,
    sinks: [sink],
    ownNames: () => new Set(),
    listener: { shown: () => {}, storeTrouble: () => {}, viewTrouble: () => {} },
    now: () => 5,
  });
  const adopt = (): Promise<AdoptionOutcome> => sink.adopt(adoption, () => reconciler.reconcile());
  return { sink, reconciler, adopt };
}

describe("an adoption", () => {
  test("is done once, by the next flight, while others wait for it", async () => {
    const { reconciler, sink, adopt } = start();
    await using _ = reconciler;
    const { promise, resolve } = Promise.withResolvers<void>();
    sink.gate = promise;
    const before = reconciler.reconcile();
    await expect.poll(() => sink.inFlight).toBe(1);
    sink.answer = { ...fine, adopted };
    const outcome = adopt();
    resolve();
    expect(await outcome).toEqual({ kind: "adopted", adopted });
    await before;
    await reconciler.reconcile();
    expect(sink.adoptions).toEqual([undefined, adoption, undefined]);
    expect(sink.maxInFlight).toBe(1);
  });

  test("of a file that was edited meanwhile is outdated", async () => {
    const { reconciler, adopt } = start();
    await using _ = reconciler;
    expect(await adopt()).toEqual({ kind: "outdated" });
  });

  test("ends with the sink's trouble", async () => {
    const { reconciler, sink, adopt } = start();
    await using _ = reconciler;
    sink.answer = { ok: false, trouble: full };
    expect(await adopt()).toEqual({ kind: "failed", trouble: full });
  });

  test("ends with a bug of the sink", async () => {
    const { reconciler, sink, adopt } = start();
    await using _ = reconciler;
    sink.bug = new Error("oops");
    expect(await adopt()).toMatchObject({ kind: "failed", trouble: { code: "internal-error" } });
  });

  test("is not done while the saved records cannot be used, nor later", async () => {
    let trouble: Trouble | undefined = full;
    const keeper = new StoreKeeper({
      open: () => {
        if (trouble !== undefined) throw new StoreTroubleError(trouble);
        return openMemoryStore();
      },
      isDamage: () => false,
      explain: () => new StoreTroubleError(full),
    });
    const { reconciler, sink, adopt } = start(keeper);
    await using _ = reconciler;
    expect(await adopt()).toEqual({ kind: "failed", trouble: full });
    expect(sink.adoptions).toEqual([]);
    trouble = undefined;
    expect(await reconciler.reconcile()).toEqual({ ok: true });
    expect(sink.adoptions).toEqual([undefined]);
  });

  test("gives way to a later one", async () => {
    const { reconciler, sink, adopt } = start();
    await using _ = reconciler;
    sink.answer = { ...fine, adopted };
    expect(await Promise.all([adopt(), adopt()])).toEqual([{ kind: "outdated" }, { kind: "adopted", adopted }]);
  });
});
