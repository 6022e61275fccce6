/** A desktop for tests of `doctor`'s checks: every look that is not given fails, so that a test says what it relies on. */
import type { Desktop } from "../../src/doctor/check.ts";
import { linux } from "../../src/platform/linux.ts";

/** Makes a desktop of the looks that are given. */
export function bareDesktop(given: Partial<Desktop> = {}): Desktop {
  const looks = new Map<unknown, Promise<unknown>>();
  const desktop: Desktop = {
    hostsFile: "/etc/hosts",
    stateFolder: "/var/lib/hostsfile-server",
    port: 5000,
    platform: linux,
    isRoot: false,
    place: { kubeconfig: undefined, context: undefined },
    signal: new AbortController().signal,
    status: unexpected("status"),
    ask: unexpected("ask"),
    allowedDomains: unexpected("allowedDomains"),
    kubernetes: unexpected("kubernetes"),
    readFile: unexpected("readFile"),
    run: unexpected("run"),
    once: async (look) => {
      const known = looks.get(look) ?? look(desktop);
      looks.set(look, known);
      return known as ReturnType<typeof look>;
    },
    ...given,
  };
  return desktop;
}

function unexpected(look: string): (...words: readonly unknown[]) => Promise<never> {
  return async (...words) => {
    throw new Error(`the test has no ${look}(${words.map(String).join()})`);
  };
}
