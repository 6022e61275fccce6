/** Versions are read from the tags that images have. */
import { expect, test } from "vitest";
import { formatVersion, isBefore, versionOf } from "./version.ts";

test.each([
  ["registry.k8s.io/external-dns/external-dns:v0.21.0", [0, 21, 0]],
  ["docker.io/bitnami/external-dns:0.14.2-debian-12-r4", [0, 14, 2]],
  ["localhost:5000/external-dns:v0.22", [0, 22, 0]],
  ["external-dns:v0.19.0@sha256:abc", [0, 19, 0]],
  ["external-dns:latest", undefined],
  ["external-dns@sha256:0123", undefined],
  ["", undefined],
])("%s", (image, version) => {
  expect(versionOf(image)).toEqual(version);
});

test("order is by numbers, not by text", () => {
  expect(isBefore([0, 9, 0], [0, 14, 2])).toBe(true);
  expect(isBefore([0, 14, 2], [0, 14, 2])).toBe(false);
  expect(isBefore([1, 0, 0], [0, 22, 0])).toBe(false);
  expect(formatVersion([0, 21, 0])).toBe("v0.21.0");
});
