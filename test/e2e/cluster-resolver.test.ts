/** The machine's real resolver and a real curl read what the server wrote, in a mount namespace with an /etc of its own. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCertificates } from "../cluster/certificates.ts";
import { etcOfItsOwn, openPrivateDesktop, resolveByFileAlone, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { addAddress, openNamespaces } from "../cluster/namespaces.ts";
import { run, startProgram } from "../cluster/program.ts";
import { guideIngress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const clusterIP = "192.0.2.10";
const flags = [`--cluster-ip=${clusterIP}`, "--domains=dtk.io"];

describe.concurrent("on /etc/hosts itself", () => {
  test.each([
    { how: "replaced by rename, in a folder of its own", mounts: etcOfItsOwn, after: "" },
    {
      how: "written in place, as one bind-mounted file",
      mounts: resolveByFileAlone,
      after: 'mount --bind "$D/etc/hosts" /etc/hosts',
    },
  ])("$how: getent finds the name and loses it", async ({ mounts, after }) => {
    await using desktop = await openPrivateDesktop(mounts, "/etc/hosts");
    await desktop.shell(after);
    await using scene = await openScene({ desktop, flags });
    const resolve = async (): Promise<string> => desktop.shell("getent hosts foo.dtk.io || true");
    expect(await resolve()).toBe("");
    await scene.namespace.apply(guideIngress);
    await eventually(async () => expect(await resolve()).toMatch(/^192\.0\.2\.10\s+foo\.dtk\.io\n$/));
    await scene.namespace.remove("ingress", "test");
    await eventually(async () => expect(await resolve()).toBe(""));
    expect(await desktop.shell("cat /etc/hosts")).toBe(userLines);
  });

  test("curl https://foo.dtk.io reaches the cluster's ingress controller", async () => {
    using scratch = temporaryFolder();
    const { authority, certificate, key } = await makeCertificates(scratch.path, "dtk.io");
    await using network = await openNamespaces("network");
    await addAddress(network, clusterIP);
    const program = join(import.meta.dirname, "..", "cluster", "ingress-controller.ts");
    const command = [process.execPath, program, clusterIP, certificate, key];
    await using controller = await startProgram([...network.enter, ...command]);
    await eventually(() => expect(controller.log()).toContain("listening"));

    await using desktop = await openPrivateDesktop(etcOfItsOwn, "/etc/hosts");
    await using scene = await openScene({ desktop, flags });
    const curl = async (): Promise<string> =>
      run([...desktop.enter, ...network.enterNetwork, "curl", "-sS", "--cacert", authority, "https://foo.dtk.io"]);
    await expect(curl()).rejects.toThrow(/Could not resolve host/);
    await scene.namespace.apply(guideIngress);
    expect(await eventually(curl)).toBe(`This is foo.dtk.io on ${clusterIP}.\n`);
  });
});
