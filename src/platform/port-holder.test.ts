import { describe, expect, test } from "vitest";
import { serviceOf } from "./port-holder.ts";

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
