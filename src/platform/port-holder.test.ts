import { describe, expect, test } from "vitest";
import { isServer, readPortHolder, serviceOf } from "./port-holder.ts";

test("of a list that was written earlier, the program with this port and transport is read", () => {
  const text = `udp UNCONN 0 0 127.0.0.1:5391 0.0.0.0:* users:(("dnsmasq",pid=1073741823,fd=4))
tcp LISTEN 0 32 127.0.0.1:5391 0.0.0.0:* users:(("other",pid=1073741824,fd=5))
`;
  expect(readPortHolder(text, 5391, "udp")).toMatchObject({ name: "dnsmasq", pid: 1_073_741_823 });
  expect(readPortHolder(text, 5391, "tcp")).toMatchObject({ name: "other" });
  expect(readPortHolder(text, 53, "udp")).toBeUndefined();
  expect(readPortHolder("", 5391, "udp")).toBeUndefined();
});

test.each([
  [["/usr/lib/hostsfile-server/hostsfile-server", "serve"], true],
  [["/usr/local/lib/hostsfile-server/node", "/usr/local/lib/hostsfile-server/hostsfile-server.js", "serve"], true],
  [["node", "--enable-source-maps", "dist/hostsfile-server.js"], true],
  [["node", "/usr/bin/hostsfile-server", "--port=5001"], true],
  [["/usr/bin/python3", "/opt/hostsfile-server.py"], true],
  [["/home/dev/hostsfile-server/node_modules/.bin/node", "/home/dev/hostsfile-server/other.js"], false],
  [["less", "hostsfile-server.conf"], false],
  [["dnsmasq", "--conf-file=/etc/hostsfile-server"], false],
  [["vi", "--", "notes.txt", "hostsfile-server.js"], false],
  [[""], false],
])("%j runs a server of ours: %j", (words, expected) => {
  expect(isServer(words)).toBe(expected);
});

describe("the service of a process", () => {
  test.each([
    ["of the system", "0::/system.slice/nginx.service\n", "nginx.service"],
    ["of a template", "0::/system.slice/system-web.slice/web@1.service\n", "web@1.service"],
    ["on a hybrid machine", "12:pids:/x\n1:name=systemd:/system.slice/etcd.service\n0::/\n", "etcd.service"],
    ["none, in a terminal", "0::/user.slice/user-1000.slice/session-3.scope\n", undefined],
    ["none, of a user's own", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n", undefined],
    ["none, in a container", "0::/system.slice/docker-abc.scope\n", undefined],
    ["unknown", "", undefined],
  ])("%s", (_, groups, service) => {
    expect(serviceOf(groups)).toBe(service);
  });
});
