/** How a team's etcd is reached, from flags and files: what is encrypted, what is shown, and what does not fit together. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { parseEtcdURL } from "../../etcd/address.ts";
import { type StoreSettings, readAccess, requireAccess } from "./store-settings.ts";

const none: StoreSettings = {
  store: undefined,
  storeCA: undefined,
  storeCert: undefined,
  storeKey: undefined,
  storeUser: undefined,
  storePasswordFile: undefined,
  storeInsecure: undefined,
};

function at(url: string, more: Partial<StoreSettings> = {}): StoreSettings {
  return { ...none, store: parseEtcdURL(url), ...more };
}

test("without an etcd there is no team, and flags about one are a mistake", () => {
  expect(readAccess(none)).toBeUndefined();
  expect(() => readAccess({ ...none, storeCA: "ca.pem" })).toThrow("no etcd is named");
  expect(() => requireAccess(none)).toThrow("No etcd is named");
});

test("only what stays on this machine goes without encryption, unless it was said", () => {
  expect(readAccess(at("etcd://localhost,127.0.0.1"))?.tls).toBeUndefined();
  expect(readAccess(at("etcd://localhost,e1"))?.tls).toBeDefined();
  expect(readAccess(at("etcd://e1", { storeInsecure: true }))?.tls).toBeUndefined();
});

test("files are read, and certificates that are given are used on loopback too", () => {
  using folder = temporaryFolder();
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder.path, name), text);
    return join(folder.path, name);
  };
  const tls = { storeCA: file("ca", "CA"), storeCert: file("cert", "CERT"), storeKey: file("key", "KEY") };
  const login = { storeUser: "team", storePasswordFile: file("password", "secret\n") };
  expect(readAccess(at("etcd://localhost", { ...tls, ...login }))).toMatchObject({
    tls: { authority: "CA", certificate: "CERT", key: "KEY" },
    login: { user: "team", password: "secret" },
  });
});

test("halves and files that are not there are told in a sentence", () => {
  expect(() => readAccess(at("etcd://e1", { storeCert: "cert" }))).toThrow("go together");
  expect(() => readAccess(at("etcd://e1", { storeUser: "team" }))).toThrow("go together");
  expect(() => readAccess(at("etcd://e1", { storeCA: "/nowhere/ca.pem" }))).toThrow(
    /\/nowhere\/ca\.pem, which --store-ca/,
  );
});

test.each<[string, Partial<StoreSettings>]>([
  ["a certificate without its key", { storeCert: "cert" }],
  ["a key without its certificate", { storeKey: "key" }],
  ["a user without a password", { storeUser: "team" }],
  ["a password without a user", { storePasswordFile: "password" }],
])("%s is wrong usage, also on this machine, and no file is read for it", (_, more) => {
  for (const url of ["etcd://e1", "etcd://localhost"]) {
    const attempt = (): unknown => readAccess(at(url, more));
    expect(attempt).toThrow("go together");
    expect(attempt).toThrow(expect.objectContaining({ code: "wrong-usage", exitCode: 2 }));
  }
});

test.each<[string, Partial<StoreSettings>, boolean]>([
  ["etcd://e1", {}, true],
  ["etcd://127.0.0.1:2379,[::1]:2379", {}, false],
  ["etcd://localhost,e1", { storeInsecure: true }, false],
  ["etcd://e1", { storeInsecure: false }, true],
])("%s with %j is encrypted: %s", (url, more, isEncrypted) => {
  expect(readAccess(at(url, more))?.tls !== undefined).toBe(isEncrypted);
});

test("all places are tried, each with the port of etcd unless it has another", () => {
  const { endpoints } = readAccess(at("etcd://e1:1234,e2,[fd00::1]")) ?? expect.fail();
  expect(endpoints).toHaveLength(3);
  expect(JSON.stringify(endpoints)).toMatch(/1234.*2379.*2379/);
});

test("a password keeps its blanks at the front, and loses its line end", () => {
  using folder = temporaryFolder();
  const storePasswordFile = join(folder.path, "password");
  writeFileSync(storePasswordFile, " se cret\r\n");
  const access = readAccess(at("etcd://localhost", { storeUser: "team", storePasswordFile }));
  expect(access?.login).toEqual({ user: "team", password: " se cret" });
});

test.each<[keyof StoreSettings, string]>([
  ["storeCA", "--store-ca"],
  ["storePasswordFile", "--store-password-file"],
])("a file that cannot be read is named with %s's flag, and what to do", (key, flag) => {
  const attempt = (): unknown =>
    readAccess(at("etcd://e1", { storeUser: "team", storePasswordFile: "/dev/null", [key]: "/nowhere/it" }));
  expect(attempt).toThrow(
    expect.objectContaining({
      code: "store-file-unreadable",
      exitCode: 3,
      message: expect.stringContaining(`/nowhere/it, which ${flag} names, cannot be read: `),
      hint: "Correct the path, or give this user the right to read it.",
    }),
  );
});
