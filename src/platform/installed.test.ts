/** Where commands look for the installed service, whatever its settings file says. */
import { expect, test } from "vitest";
import { installedHost, installedPort, tokenFileOfService } from "./installed.ts";

test.each([
  [undefined, 5000],
  ["5001", 5001],
  // As for the service itself, an empty variable is one that was not set.
  ["", 5000],
  ["many", 5000],
  ["0", 5000],
  ["70000", 5000],
])("a port of %j is %i", (HOSTSFILE_SERVER_PORT, port) => {
  expect(installedPort({ HOSTSFILE_SERVER_PORT })).toBe(port);
});

test.each([
  [undefined, "localhost"],
  ["", "localhost"],
  ["::", "localhost"],
  ["0.0.0.0", "localhost"],
  ["192.168.122.1", "192.168.122.1"],
  ["::1", "::1"],
])("a service on %j is asked at %s", (HOSTSFILE_SERVER_HOST, host) => {
  expect(installedHost({ HOSTSFILE_SERVER_HOST })).toBe(host);
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["/root/token", "/root/token"],
])("a token file of %j is %s", (HOSTSFILE_SERVER_TOKEN_FILE, path) => {
  expect(tokenFileOfService({ HOSTSFILE_SERVER_TOKEN_FILE })).toBe(path);
});
