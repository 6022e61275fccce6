/** `dtk uninstall-addon` removes what there is, says what it would remove, and asks first. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { openDTKPlace } from "../../../test/support/dtk-place.ts";
import { curl } from "../../../test/support/http.ts";
import {
  deploymentPath,
  installLine,
  namespacePath,
  openReleasePlace,
  podPath,
} from "../../../test/support/simulated-release.ts";

afterEach(() => void vi.unstubAllEnvs());

test("nothing to remove is said, and is fine", async () => {
  await using place = await openDTKPlace();
  expect(await place.run("uninstall-addon external-dns --yes")).toEqual({
    exitCode: 0,
    output: "There is nothing of the add-on to remove.\n",
    talk: "",
  });
});

test("what the server has of the cluster goes, after a dry run that changes nothing", async () => {
  await using place = await openDTKPlace();
  await curl(`${place.server.url}/domains`, { method: "POST", body: "dtk.io" });
  const domains = async (): Promise<unknown> => JSON.parse((await curl(`${place.server.url}/domains`)).text);
  const dry = await place.run("uninstall-addon external-dns --dry-run");
  expect(dry).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^Would remove:\n {2}.*default.*\n$/) });
  expect(await domains()).toEqual(["dtk.io"]);
  const done = await place.run("uninstall-addon external-dns --yes");
  expect(done).toMatchObject({ exitCode: 0, output: expect.stringContaining("Removed ") });
  expect(await domains()).toEqual([]);
});

test("nobody at the terminal, and no --yes: it says so, exit 2, and removes nothing", async () => {
  await using place = await openDTKPlace();
  await curl(`${place.server.url}/domains`, { method: "POST", body: "dtk.io" });
  const { exitCode, talk } = await place.run("uninstall-addon external-dns");
  expect(talk).toContain("to do it, add --yes");
  expect(exitCode).toBe(2);
  expect(JSON.parse((await curl(`${place.server.url}/domains`)).text)).toEqual(["dtk.io"]);
});

test("as JSON it is what is removed, and whether the server answers", async () => {
  await using place = await openDTKPlace();
  const { output } = await place.run("uninstall-addon external-dns --json --yes");
  expect(JSON.parse(output)).toMatchObject({ release: false, secret: false, serverAnswers: true });
});

test("without a server the cluster is cleaned, and the command that removes the lines is said, exit 1", async () => {
  await using place = await openDTKPlace();
  await place.server.stop();
  const { exitCode, output } = await place.run("uninstall-addon external-dns --yes");
  expect(output).toContain("sudo hostsfile-server clear --cluster default");
  expect(exitCode).toBe(1);
});

test.each([
  ["uninstall-addon", 2, "addon"],
  ["uninstall-addon cilium", 2, "an add-on that dtk knows (external-dns)"],
  ["uninstall-addon external-dns more", 2, ""],
])("%s is exit %i", async (line, exitCode, words) => {
  await using place = await openDTKPlace();
  const finished = await place.run(line);
  expect(finished.exitCode).toBe(exitCode);
  expect(finished.talk).toContain(words);
});

describe("of what was installed, the removal", () => {
  test("takes away release, what the server has, and the namespace that was made for it", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    const dry = await here.run("uninstall-addon external-dns --dry-run");
    expect(dry.output).toBe(
      "Would remove:\n  the release external-dns\n  what the server has of the cluster default from ExternalDNS\n  the namespace external-dns\n",
    );
    expect(here.cluster.objects.has(deploymentPath)).toBe(true);
    const { exitCode, output } = await here.run("uninstall-addon external-dns --yes");
    expect([exitCode, output]).toEqual([
      0,
      "Removed the release external-dns.\n" +
        "Removed from the server what ExternalDNS sent of the cluster default.\n" +
        "Removed the namespace external-dns.\n",
    ]);
    expect([...here.cluster.objects.keys()].filter((path) => path.includes("external-dns"))).toEqual([]);
    expect(await here.atServer("/domains")).toEqual([]);
    expect((await here.run("uninstall-addon external-dns --yes")).output).toBe(
      "There is nothing of the add-on to remove.\n",
    );
  });

  test("keeps a namespace in which somebody else has something, and says what", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    here.cluster.objects.set(`${namespacePath}/configmaps/theirs`, { metadata: { name: "theirs" } });
    const { output } = await here.run("uninstall-addon external-dns --yes");
    expect(output).toContain("Kept the namespace external-dns: configmaps/theirs is in it.\n");
    expect(here.cluster.objects.get(namespacePath)?.metadata).not.toHaveProperty("annotations.hostsfile-server/dtk");
    expect(here.cluster.objects.has(`${namespacePath}/configmaps/theirs`)).toBe(true);
  });

  test("waits for pods to end before the server forgets, so that they do not bring it all back", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    const pod = here.cluster.objects.get(podPath) ?? expect.fail();
    const simulated = here.cluster.beforeAnswer;
    let looks = 0;
    here.cluster.beforeAnswer = async (request) => {
      await simulated(request);
      if (request !== `GET ${namespacePath}/pods` || here.cluster.objects.has(deploymentPath)) return;
      looks += 1;
      if (looks < 2) here.cluster.objects.set(podPath, pod);
      else here.cluster.objects.delete(podPath);
    };
    const { output } = await here.run("uninstall-addon external-dns --yes");
    expect(output).toMatch(/^Waiting for ExternalDNS to end \.\.\.\nRemoved the release external-dns\.\n/);
    expect(looks).toBeGreaterThan(1);
  });
});
