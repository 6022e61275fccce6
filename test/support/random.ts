/** Random numbers from a seed, for tests that make too many of them for a library. */

/** Returns numbers from 0 up to 1, always the same ones for a seed (a linear congruential generator modulo 2^32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits repeat soon.
    return (state >>> 8) / 2 ** 24;
  };
}
