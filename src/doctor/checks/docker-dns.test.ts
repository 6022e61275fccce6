/** Docker and systemd-resolved have to know of each other; what is missing is said with the lines to write. */
import { expect, test } from "vitest";
import { judgeDocker } from "./docker-dns.ts";

const bridge = "172.17.0.1";
const named = `{ "dns": ["${bridge}", "192.0.2.1"] }`;

test("both know", () => {
  expect(judgeDocker({ bridge, isAnswered: true, settings: named })).toEqual({
    grade: "ok",
    message: "Containers of Docker ask this machine's resolver at 172.17.0.1.",
  });
});

const listening =
  "sudo mkdir -p /etc/systemd/resolved.conf.d && printf '[Resolve]\\nDNSStubListenerExtra=172.17.0.1\\n' | sudo tee /etc/systemd/resolved.conf.d/docker.conf && sudo systemctl restart systemd-resolved";
const naming = `printf '{ "dns": ["172.17.0.1"] }\\n' | sudo tee /etc/docker/daemon.json && sudo systemctl restart docker`;

test.each([
  { isAnswered: false, settings: named, grade: "warning", code: "docker-dns-silent", command: listening },
  {
    isAnswered: false,
    settings: undefined,
    grade: "note",
    code: "docker-dns-unset",
    command: `${listening} && ${naming}`,
  },
  { isAnswered: true, settings: undefined, grade: "note", code: "docker-dns-unset", command: naming },
  { isAnswered: false, settings: "{}", grade: "note", code: "docker-dns-unset", command: listening },
  { isAnswered: true, settings: "not JSON", grade: "note", code: "docker-dns-unset", command: undefined },
])("$code: answered $isAnswered, settings $settings", ({ isAnswered, settings, ...wanted }) => {
  expect(judgeDocker({ bridge, isAnswered, settings })).toMatchObject(wanted);
});

test("settings of the user's are never written over; the words to add are said", () => {
  const { hint } = judgeDocker({ bridge, isAnswered: true, settings: '{ "mtu": 1400 }' }) as { readonly hint: string };
  expect(hint).toContain('write "dns": ["172.17.0.1"] into /etc/docker/daemon.json');
});
