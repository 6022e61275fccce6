import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatCredential,
  formatInvitation,
  formatServers,
  hashOfSecret,
  isExposed,
  makeCredential,
  parseCredential,
  parseFollowLink,
} from "./invitation.ts";

const servers = [
  { isEncrypted: true, host: "t1.example.com", port: 5443 },
  { isEncrypted: true, host: "fd00::1", port: 443 },
];

function makeAuthority(): string {
  const options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "/dev/null"];
  const subject = ["-subj", "/CN=authority", "-days", "1"];
  return execFileSync("openssl", ["req", "-x509", ...options, ...subject], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

test("an invitation is one line and reads back as it was, with several authorities and with none", () => {
  const one = makeAuthority();
  const credential = makeCredential();
  for (const authority of [undefined, one, one + makeAuthority()]) {
    const text = formatInvitation({ servers, invitation: { credential, authority } });
    expect(text).toMatch(/^[!-~]+$/);
    const read = parseFollowLink(text);
    expect(read?.servers).toEqual(servers);
    expect(read?.invitation?.credential).toEqual(credential);
    expect(read?.invitation?.authority?.trim()).toBe(authority?.trim());
  }
});

test("what is cut off, added to or something else is no link", () => {
  const text = formatInvitation({ servers, invitation: { credential: makeCredential(), authority: makeAuthority() } });
  for (const other of [
    text.slice(0, -9),
    `${text}.x`,
    `${text}#x.y`.replace("#", "#z"),
    "etcd://e1:2379",
    "https://",
    "https://a b/",
    "https://u:p@host/",
    "https://t1/path#x",
  ]) {
    expect([other, parseFollowLink(other)]).toEqual([other, undefined]);
  }
  expect(parseFollowLink(`https://${"a.".repeat(5000)}b`)).toBeUndefined();
  fc.assert(fc.property(fc.string({ unit: "binary" }), (other) => void parseFollowLink(`https://t1/#${other}`)));
});

test("a link without an invitation has the usual ports", () => {
  expect(parseFollowLink("https://T1.example.com,http://127.0.0.1/")?.servers).toEqual([
    { isEncrypted: true, host: "t1.example.com", port: 443 },
    { isEncrypted: false, host: "127.0.0.1", port: 80 },
  ]);
  expect(formatServers(servers)).toBe("https://t1.example.com:5443,https://[fd00::1]:443");
  expect(
    ["http://localhost", "http://[::1]:80", "https://t1", "http://t1"].map((url) =>
      parseFollowLink(url)?.servers.some(isExposed),
    ),
  ).toEqual([false, false, false, true]);
});

test("credentials are of one shape, each another, and known by their hash alone", () => {
  const credential = makeCredential("0123456789");
  expect(parseCredential(formatCredential(credential))).toEqual(credential);
  expect(makeCredential().secret).not.toBe(makeCredential().secret);
  expect(hashOfSecret(credential.secret)).not.toContain(credential.secret);
  for (const text of ["", "x", formatCredential(credential).slice(1), `${formatCredential(credential)}x`]) {
    expect(parseCredential(text)).toBeUndefined();
  }
});
