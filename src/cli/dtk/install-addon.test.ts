/** `dtk install-addon` refuses what cannot work before it changes anything, each in one sentence with its exit code. */
import { expect, test } from "vitest";
import { type DTKPlace, openDTKPlace } from "../../../test/support/dtk-place.ts";

test.each<[string, string, number, string, (place: DTKPlace) => unknown]>([
  ["without a server", "", 3, "No hostsfile-server answers", async (place) => place.server.stop()],
  ["without a configuration", " --config=none.yaml", 2, "There is no none.yaml here.", () => undefined],
  ["with a kubeconfig that is not there", " --kubeconfig=nowhere", 3, "nowhere", () => undefined],
  ["with a context that is not there", " --context=kind-b", 3, "kind-b", () => undefined],
  ["with a host that cannot be one", " --host-ip=300.1.1.1", 2, "--host-ip", () => undefined],
  [
    "with a feed that is none",
    "",
    2,
    '"both" is not one of watch, external-dns.',
    (place) => place.configure("feed: both"),
  ],
  ["with a token file that is not there", " --token-file=none", 3, "none", () => undefined],
])("%s it says so and changes nothing", async (_, flags, exitCode, sentence, prepare) => {
  await using place = await openDTKPlace();
  await prepare(place);
  const finished = await place.run(`install-addon external-dns${flags}`);
  expect(finished.talk).toContain(sentence);
  expect(finished.talk).not.toMatch(/\bat .*\.ts:\d/);
  expect(finished).toMatchObject({ exitCode, output: "" });
});

test("as JSON the refusal is on standard output too, with its code", async () => {
  await using place = await openDTKPlace();
  await place.server.stop();
  const { output, exitCode } = await place.run("install-addon external-dns --json");
  expect(JSON.parse(output)).toMatchObject({ code: "no-server", message: expect.any(String) });
  expect(exitCode).toBe(3);
});

test.each(["install-addon", "install-addon cilium", "install-addon external-dns --targets=both"])(
  "%s is wrong usage",
  async (line) => {
    await using place = await openDTKPlace();
    expect((await place.run(line)).exitCode).toBe(2);
  },
);
