/** Makes the keepers of the stores that there are: one in a state folder, and one in memory. */
import { StoreKeeper } from "../engine/keeper.ts";
import type { Store } from "../engine/store.ts";
import type { Position } from "../records/position.ts";
import { type ShownBlock, type StoreOptions, openMemoryStore, openStore, setAsideDamaged } from "./open.ts";
import { explainStoreError, isDamage } from "./trouble.ts";

/**
 * Makes the keeper of the store in a state folder.
 *
 * @param options - where it is, and what is shown from it
 * @param opened - called with the store each time it was opened, also after damage was repaired
 */
export function keepFolder(options: StoreOptions, opened?: (store: Store) => void): StoreKeeper {
  return new StoreKeeper({
    open: (last) => openStore({ ...options, shown: () => withLast(options.shown?.(), last) }),
    opened,
    isDamage,
    explain: (error) => (isDamage(error) ? setAsideDamaged(options, error) : explainStoreError(error, options.folder)),
  });
}

/**
 * Makes the keeper of a store in memory, for a run that must leave no trace.
 *
 * @param opened - called with the store once it was opened
 */
export function keepInMemory(opened?: (store: Store) => void): StoreKeeper {
  const rethrow = (error: unknown): never => {
    throw error;
  };
  return new StoreKeeper({ open: () => openMemoryStore(), opened, isDamage: () => false, explain: rethrow });
}

/** What this process knows of the store holds too: it may have changed without a line more or less. */
function withLast(shown: ShownBlock = { ok: true, positions: [] }, last: Position | undefined): ShownBlock {
  return shown.ok && last !== undefined ? { ok: true, positions: [...shown.positions, last] } : shown;
}
