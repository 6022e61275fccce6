/** The machine's real resolver and a real curl read what the server wrote, in a mount namespace with an /etc of its own. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startAPIServer } from "../cluster/api-server.ts";
import { makeCertificates } from "../cluster/certificates.ts";
import { type Desktop, etcOfItsOwn, openPrivateDesktop, resolveByFileAlone, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, addAddress, openNamespaces } from "../cluster/namespaces.ts";
import { run, startProgram } from "../cluster/program.ts";
import { guideIngress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";
import { openTerminal } from "../cluster/terminal.ts";
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

  test("with ExternalDNS, curl https://foo.dtk.io reaches the cluster's ingress controller", async () => {
    await using cluster = await openReachableCluster();
    await using desktop = await openPrivateDesktop(etcOfItsOwn, "/etc/hosts");
    await using scene = await openScene({ desktop, flags });
    const curl = async (): Promise<string> => cluster.curl(desktop);
    await expect(curl()).rejects.toThrow(/Could not resolve host/);
    await scene.namespace.apply(guideIngress);
    expect(await eventually(curl)).toBe(`This is foo.dtk.io on ${clusterIP}.\n`);
  });

  test("with watch it does too: server, watch and apply, without an annotation or anything in the cluster", async () => {
    await using cluster = await openReachableCluster();
    await using desktop = await openPrivateDesktop(etcOfItsOwn, "/etc/hosts");
    // An API server does not start without a default route.
    await run([...cluster.network.enter, "ip", "route", "add", "default", "dev", "lo"]);
    await using api = await startAPIServer({ enter: cluster.network.enter });
    await using terminal = await openTerminal({
      enter: [...desktop.enter, ...cluster.network.enterNetwork],
      folder: join(desktop.stateFolder, ".."),
      kubeconfig: api.kubeconfig,
      rewrite: (code) => code,
    });
    await terminal.type(`echo '${JSON.stringify(controlPlane)}' | kubectl create -f -
      kubectl patch node vm1 --subresource=status --type=merge -p '${JSON.stringify(controlPlaneStatus)}'`);
    const curl = async (): Promise<string> => cluster.curl(desktop);

    await terminal.serve(`sudo ./hostsfile-server --state-dir=${desktop.stateFolder}`);
    await terminal.beside("./hostsfile-server watch --domains=dtk.io", /: connected to /);
    await expect(curl()).rejects.toThrow(/Could not resolve host/);
    await terminal.type("kubectl -n default create ingress test --class=nginx --rule='foo.dtk.io/*=test:80,tls'");
    expect(await eventually(curl)).toBe(`This is foo.dtk.io on ${clusterIP}.\n`);

    expect(await terminal.type("kubectl get all,secrets -A -o name")).toBe("service/kubernetes\n");
    expect(
      await terminal.type("kubectl -n default get ingress test -o jsonpath='{.metadata.annotations}{.status}'"),
    ).toBe('{"loadBalancer":{}}');
    await terminal.type("kubectl -n default delete ingress test");
    await eventually(async () => expect(await desktop.shell("cat /etc/hosts")).toBe(userLines));
    await terminal.interrupt();
  });
});

/** A network with the cluster's node in it, on which an ingress controller answers. */
interface ReachableCluster extends AsyncDisposable {
  readonly network: Namespaces;
  /** Asks for `https://foo.dtk.io`, by the hosts file of a desktop. */
  readonly curl: (desktop: Desktop) => Promise<string>;
}

async function openReachableCluster(): Promise<ReachableCluster> {
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(temporaryFolder());
  const { authority, certificate, key } = await makeCertificates(scratch.path, "dtk.io");
  const network = opened.use(await openNamespaces("network"));
  await addAddress(network, clusterIP);
  const program = join(import.meta.dirname, "..", "cluster", "ingress-controller.ts");
  const command = [process.execPath, program, clusterIP, certificate, key];
  const controller = opened.use(await startProgram([...network.enter, ...command]));
  await eventually(() => expect(controller.log()).toContain("listening"));
  const owned = opened.move();
  return {
    network,
    curl: async ({ enter }) =>
      run([...enter, ...network.enterNetwork, "curl", "-sS", "--cacert", authority, "https://foo.dtk.io"]),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const controlPlane = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "vm1", labels: { "node-role.kubernetes.io/control-plane": "" } },
};
const controlPlaneStatus = { status: { addresses: [{ type: "InternalIP", address: clusterIP }] } };
