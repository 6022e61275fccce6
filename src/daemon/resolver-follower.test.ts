/** What the resolver is told while the view changes, and when it is not told. */
import { expect, onTestFinished, test } from "vitest";
import { resolverFactsOf, wayOf } from "../../test/support/resolver-parts.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import type { Trouble } from "../base/trouble.ts";
import type { SinkReport } from "../engine/sink.ts";
import type { Routing } from "../platform/resolver-wiring.ts";
import type { Way } from "../platform/resolver/way.ts";
import type { ManagedDomain } from "../records/managed-domain.ts";
import { type View, emptyView } from "../records/view.ts";
import { ResolverFollower, type ResolverOptions } from "./resolver-follower.ts";

const facts = resolverFactsOf({ nameservers: ["127.0.0.1"] });
const responder = { address: "127.0.0.1", port: 5391 };

/** A follower whose resolver writes down what it is told. */
function scene(
  given: Partial<ResolverOptions> & { readonly way?: Way; readonly fails?: () => readonly Trouble[] | Error } = {},
) {
  const { way = wayOf(), fails = () => [], ...options } = given;
  const told: Routing[] = [];
  const said: string[] = [];
  const note = ({ code }: { readonly code: string }): void => void said.push(code);
  const folder = temporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  let isOpen = false;
  const follower = new ResolverFollower({
    asked: "auto",
    lifetime: "installed",
    responder,
    isAnswering: () => true,
    mayExempt: false,
    stateFolder: folder.path,
    log: { debug: () => undefined, info: note, warn: note, error: note },
    open: async () => {
      isOpen = true;
      const state = (routes: readonly string[], troubles: readonly Trouble[] = []) => {
        return { way: way.name, sentence: "It is so.", routes, troubles };
      };
      return {
        facts,
        choice: { way, sentence: "It is so.", trouble: undefined },
        wiring: {
          apply: async (routing) => {
            told.push(routing);
            const trouble = fails();
            if (trouble instanceof Error) throw trouble;
            return state(routing.routes, trouble);
          },
          probe: async () => state([]),
          remove: async () => state([]),
          [Symbol.asyncDispose]: async () => undefined,
        },
        [Symbol.asyncDispose]: async () => void (isOpen = false),
      };
    },
    ...options,
  });
  onTestFinished(async () => follower[Symbol.asyncDispose]());
  const show = (domains: readonly string[], refused: readonly string[] = []): void =>
    follower.listener.settled?.({ view: viewOf(domains), reports: new Map([["hosts-file", reportOf(refused)]]) });
  return {
    follower,
    told,
    said,
    show,
    routes: () => told.map((routing) => routing.routes.join()),
    isOpen: () => isOpen,
  };
}

function viewOf(domains: readonly string[]): View {
  return { ...emptyView, domains: domains as readonly ManagedDomain[] };
}

function reportOf(names: readonly string[]): SinkReport {
  const refused = names.map((name) => ({ name, reason: "wildcard", sentence: "" }));
  return { ok: true, method: "unchanged", diff: { added: [], removed: [] }, refused, notices: [] };
}

test("the domains are told once the view is known, and again only when they change", async () => {
  const { told, show, routes } = scene();
  show(["dtk.test"]);
  await expect.poll(routes).toEqual(["dtk.test"]);
  expect(told[0]).toMatchObject({ responder, isUnsigned: false });
  show(["dtk.test"]);
  // Changes are gathered, as each lets the resolver read its settings again.
  show(["dtk.test", "a.test"]);
  show(["dtk.test", "b.test"]);
  await expect.poll(routes).toEqual(["dtk.test", "b.test,dtk.test"]);
});

test("of a domain that others have, only what the hosts file cannot hold is routed, and that is said once", async () => {
  const asked: string[] = [];
  const existenceOf = async (domain: string) => {
    asked.push(domain);
    return domain === "dtk.io" ? ("public" as const) : ("private" as const);
  };
  const { said, show, routes } = scene({ existenceOf });
  show(["dtk.io", "mine.io"], ["*.apps.dtk.io", "_sip._udp.dtk.io", "*.mine.io"]);
  await expect.poll(routes).toEqual(["_sip._udp.dtk.io,apps.dtk.io,mine.io"]);
  expect(said).toEqual(["resolver-chosen", "resolver-routes", "resolver-narrowed"]);
  show(["dtk.io", "mine.io"], ["*.dtk.io"]);
  await expect.poll(() => routes().at(-1)).toBe("dtk.io,mine.io");
  expect(said.slice(3)).toEqual(["resolver-routes", "resolver-taken"]);
  expect(asked).toEqual(["dtk.io", "mine.io"]);
});

test("a resolver that passes on what we do not know is told whole domains at once, and nobody is asked who has them", async () => {
  const { show, routes } = scene({ way: wayOf({ name: "hook", callsServer: true, passesUnknown: true }) });
  show(["dtk.io"]);
  await expect.poll(routes).toEqual(["dtk.io"]);
  show(["dtk.io", "more.io"]);
  await expect.poll(routes).toEqual(["dtk.io", "dtk.io,more.io"]);
});

test("while the responder has no socket, nobody is sent to the program that has its port", async () => {
  let isAnswering = false;
  const { said, show, routes } = scene({ isAnswering: () => isAnswering });
  show(["dtk.test"]);
  await expect.poll(routes).toEqual([""]);
  expect(said).toEqual(["resolver-chosen", "resolver-without-responder"]);
  isAnswering = true;
  show(["dtk.test"]);
  await expect.poll(() => routes().at(-1)).toBe("dtk.test");
});

test("a resolver that calls the server itself needs no socket of the responder", async () => {
  const way = wayOf({ name: "hook", callsServer: true, passesUnknown: true });
  const { show, routes } = scene({ way, isAnswering: () => false });
  show(["dtk.test"]);
  await expect.poll(routes).toEqual(["dtk.test"]);
});

test("what fails is said once and tried again until it succeeds", async () => {
  const trouble: Trouble = { code: "resolver-refused", message: "No.", hint: "Wait." };
  const answers: (readonly Trouble[] | Error)[] = [[trouble], [trouble], new Error("nobody expected this"), []];
  const { said, show, routes } = scene({ fails: () => answers.shift() ?? [] });
  show(["dtk.test"]);
  await expect.poll(() => routes().length, { timeout: 20_000 }).toBe(4);
  await expect.poll(() => answers.length).toBe(0);
  expect(said.filter((code) => code === "resolver-refused")).toHaveLength(1);
  expect(said.filter((code) => code === "internal-error")).toHaveLength(1);
}, 30_000);

test("where the resolver checks DNSSEC it is told only what somebody exempted", async () => {
  const way = wayOf({ mustExempt: () => true });
  const without = scene({ way });
  without.show(["dtk.test"]);
  await expect.poll(() => without.said).toContain("resolver-checks-dnssec");
  expect(without.told).toEqual([]);
  const exempt = scene({ way, mayExempt: true });
  exempt.show(["dtk.test"]);
  await expect.poll(() => exempt.told).toMatchObject([{ isUnsigned: true }]);
});

test("names of the user's own lines count as held by the hosts file", async () => {
  const { follower, routes } = scene();
  const report = reportOf([]);
  const refused = [{ name: "mine.dtk.test", reason: "name-is-yours", sentence: "" }];
  follower.listener.settled?.({
    view: viewOf(["dtk.test"]),
    reports: new Map([["hosts-file", { ...report, refused } as SinkReport]]),
  });
  await expect.poll(routes).toEqual(["dtk.test"]);
});

test("ended, it takes the wiring along", async () => {
  const { follower, show, routes, isOpen } = scene();
  show(["dtk.test"]);
  await expect.poll(routes).toEqual(["dtk.test"]);
  expect(isOpen()).toBe(true);
  await follower[Symbol.asyncDispose]();
  expect(isOpen()).toBe(false);
});
