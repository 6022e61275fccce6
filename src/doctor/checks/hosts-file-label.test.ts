/** SELinux's label, as stat prints it; the look needs a machine with SELinux, the judgement does not. */
import { expect, test } from "vitest";
import { hostsFileLabel, judgeLabel } from "./hosts-file-label.ts";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";

test.each([
  { path: "/etc/hosts", label: "system_u:object_r:net_conf_t:s0", grade: "ok" },
  { path: "/etc/hosts", label: "unconfined_u:object_r:etc_t:s0", grade: "warning", code: "hosts-file-label" },
  { path: "/srv/hosts", label: "unconfined_u:object_r:var_t:s0", grade: "ok" },
  { path: "/etc/hosts", label: "?", grade: "ok" },
])("$label of $path is $grade", ({ path, label, ...wanted }) => expect(judgeLabel(path, label)).toMatchObject(wanted));

test.each([undefined, "0"])("without enforcement (%j) nothing is run", async (enforce) => {
  const desktop = bareDesktop({
    once: async () => ({ real: "/etc/hosts" }) as never,
    readFile: async () => (enforce === undefined ? undefined : Buffer.from(enforce)),
  });
  expect(await hostsFileLabel.run(desktop)).toMatchObject([{ grade: "ok" }]);
});

test("with enforcement the label is asked for", async () => {
  const desktop = bareDesktop({
    once: async () => ({ real: "/etc/hosts" }) as never,
    readFile: async () => Buffer.from("1"),
    run: async () => ({ ok: true, output: "u:object_r:etc_t:s0\n", complaint: "", isMissing: false }),
  });
  expect(await hostsFileLabel.run(desktop)).toMatchObject([
    { code: "hosts-file-label", hint: "Give it back:", command: "sudo restorecon -v /etc/hosts" },
  ]);
});
