/** What `install` decides about the resolver: what was asked for, else what is installed and possible, else the best. */
import { describe, expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import type { ResolverFacts } from "../../platform/resolver/facts.ts";
import { responderPlaces } from "../../records/listen-address.ts";
import { askToExempt, describeResolver, planResolver } from "./install-resolver.ts";

const nothing = resolverFactsOf({ nameservers: ["192.0.2.1"] });
const resolved = (version: number, isValidating = false): ResolverFacts => ({
  ...nothing,
  resolved: resolvedOf({ version, isValidating }),
  nameservers: ["127.0.0.53"],
});
const on = { isOn: true, places: responderPlaces() };
const off = { ...on, isOn: false };

type Given = Parameters<typeof planResolver>[0];

async function plan(facts: ResolverFacts, given: Given = {}, installed: readonly string[] = [], responder = on) {
  return planResolver(given, { settings: `${installed.join("\n")}\n` }, responder, async () => facts);
}

describe("nothing typed", () => {
  test.each([
    [262, "hook"],
    [258, "delegate"],
    [257, "link"],
  ])("on systemd-resolved %d it is %s, which the service then does at every start", async (version, way) => {
    const { choice, variables, preparation } = await plan(resolved(version));
    expect(choice.way?.name).toBe(way);
    expect(variables).toMatchObject({ HOSTSFILE_SERVER_RESOLVER: way });
    // systemd-resolved itself says who else has a domain, and systemd holds the responder's sockets.
    expect(preparation?.opensSockets).toBe(false);
  });

  test("with a plain resolv.conf nobody is told, what still works is said, and nothing is saved", async () => {
    const planned = await plan(nothing);
    expect(planned.choice.way).toBeUndefined();
    expect(planned.variables).toEqual({});
    expect(planned.preparation).toBeUndefined();
    expect(describeResolver(planned, {})).toMatch(
      /^resolver Nobody is told \(none\): resolv\.conf names 192\.0\.2\.1.*Names in the hosts file resolve all the same\..*127\.0\.0\.1:5391\.\n$/,
    );
  });

  test("what is installed stays while it is possible, and makes room when it no longer is", async () => {
    expect((await plan(resolved(262), {}, ["HOSTSFILE_SERVER_RESOLVER=delegate"])).choice.way?.name).toBe("delegate");
    expect((await plan(nothing, {}, ["HOSTSFILE_SERVER_RESOLVER=hook"])).choice.way).toBeUndefined();
    const none = await plan(resolved(262), {}, ["HOSTSFILE_SERVER_RESOLVER=none"]);
    expect([none.choice.way, none.variables]).toMatchObject([undefined, { HOSTSFILE_SERVER_RESOLVER: "none" }]);
  });

  test("without the responder only a resolver that calls the server itself is told", async () => {
    expect((await plan(resolved(262), {}, [], off)).choice.way?.name).toBe("hook");
    expect((await plan(resolved(257), {}, [], off)).choice.way).toBeUndefined();
  });
});

test("what was asked for and cannot be ends the installation with the way out", async () => {
  await expect(plan(resolved(257), { resolver: "hook" })).rejects.toMatchObject({
    code: "resolver-way-impossible",
    exitCode: 3,
    hint: "Use --resolver=auto, which is link here.",
  });
  await expect(plan(resolved(257), { resolver: "link" }, [], off)).rejects.toThrow("--dns=off");
});

test("a resolver that is no systemd-resolved lets the service ask who else has a domain", async () => {
  const facts = {
    ...nothing,
    nameservers: ["127.0.0.1"],
    dnsmasq: { readsFolder: true, isValidating: false, mustRestart: false },
  };
  expect((await plan(facts)).preparation).toMatchObject({ opensSockets: true });
});

test("the port that was chosen for loopback is the one that the resolver is told", async () => {
  const places = [{ ...on.places[0], port: 5400 }] as typeof on.places;
  const planned = await plan(resolved(258), {}, [], { isOn: true, places });
  expect(planned.place).toMatchObject({ address: "127.0.0.1", port: 5400 });
  expect(describeResolver(planned, { domains: [] })).toContain("delegate");
});

describe("DNSSEC", () => {
  const validating = resolved(258, true);

  test("is exempt where it was said, now or before", async () => {
    for (const planned of [
      await plan(validating, { dnssecExempt: true }),
      await plan(validating, {}, ["HOSTSFILE_SERVER_DNSSEC_EXEMPT=true"]),
    ])
      expect([planned.mustExempt, planned.variables["HOSTSFILE_SERVER_DNSSEC_EXEMPT"]]).toEqual([false, "true"]);
  });

  test("--yes agrees to it only where a way was asked for", async () => {
    const asked = await plan(validating, { resolver: "delegate" });
    expect((await askToExempt(asked, { resolver: "delegate", yes: true })).variables).toMatchObject({
      HOSTSFILE_SERVER_DNSSEC_EXEMPT: "true",
    });
    const planned = await plan(validating);
    expect((await askToExempt(planned, { yes: true })).variables["HOSTSFILE_SERVER_DNSSEC_EXEMPT"]).toBeUndefined();
  });

  test("is not asked about where nothing needs it", async () => {
    const planned = await plan(resolved(258));
    expect(await askToExempt(planned, {})).toBe(planned);
  });
});
