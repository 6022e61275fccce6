/** How far a store has come, by which it is known whether it still has everything that was ever shown from it. */

export interface Position {
  /** Tells one store from every other: 16 hexadecimal digits. */
  readonly id: string;
  /** Grows with each change of what is stored. */
  readonly generation: number;
}

/** Says whether a store at one position holds every change that the other names. */
export function covers(store: Position, { id, generation }: Position): boolean {
  return store.id === id && store.generation >= generation;
}
