/** What each token opens, in every way in which it can be shown. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultCluster, parseClusterName } from "../records/cluster.ts";
import { parseUserName } from "../records/user.ts";
import { judgeCredential, userOfToken, watchToken, webhookToken } from "./token.ts";

const adminToken = "correct horse battery staple";
const [kindA, kindB] = ["kind-a", "kind-b"].flatMap((name) => parseClusterName(name) ?? []);
const [dev, ann] = ["dev", "ann"].flatMap((name) => parseUserName(name) ?? []);
if (kindA === undefined || kindB === undefined || dev === undefined || ann === undefined) throw new Error("no names");

const tokenA = webhookToken(adminToken, kindA);
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString("base64")}`;

test.each([
  [undefined, "none"],
  [`Bearer ${adminToken.replaceAll(" ", "")}`, "wrong"],
  [basic(`admin:${adminToken}`), "admin"],
  [basic(`:${adminToken}`), "admin"],
  [basic(adminToken), "wrong"],
  [basic(`${adminToken}:`), "wrong"],
  [`Bearer ${tokenA}`, "webhook"],
  [`bearer   ${tokenA}`, "webhook"],
  [basic(`kind-a:${tokenA}`), "webhook"],
  [basic(`whoever:${tokenA}`), "webhook"],
  [`Bearer ${webhookToken(adminToken, kindB)}`, "wrong"],
  [`Bearer ${watchToken(adminToken, dev)}`, "watch"],
  [basic(`dev:${watchToken(adminToken, dev)}`), "watch"],
  [`Bearer ${watchToken(adminToken, ann)}`, "wrong"],
  [basic(`dev:${watchToken(adminToken, ann)}`), "wrong"],
  [`Bearer ${watchToken("another", dev)}`, "wrong"],
  [`Bearer ${watchToken(adminToken, dev).replace(/^.*\//, "")}`, "wrong"],
  [`Bearer ${webhookToken("another", kindA)}`, "wrong"],
  [`Bearer ${tokenA}x`, "wrong"],
  ["Bearer", "wrong"],
  ["Bearer ", "wrong"],
  ["Basic", "wrong"],
  ["Basic %%%", "wrong"],
  [`Digest ${tokenA}`, "wrong"],
  [tokenA, "wrong"],
  ["", "wrong"],
])("%s is %s", (authorization, expected) => {
  expect(judgeCredential({ adminToken, authorization, cluster: kindA, user: dev })).toBe(expected);
});

test("a cluster's token opens nothing where no cluster is meant", () => {
  expect(judgeCredential({ adminToken, authorization: `Bearer ${tokenA}`, cluster: undefined, user: dev })).toBe(
    "wrong",
  );
});

test("a watch token opens nothing where no user is meant, and says whose it is", () => {
  const token = watchToken(adminToken, dev);
  const asked = { adminToken, authorization: `Bearer ${token}`, cluster: kindA };
  expect(judgeCredential({ ...asked, user: undefined })).toBe("wrong");
  expect(userOfToken(token)).toBe("dev");
  for (const other of [adminToken, tokenA, `${token}x`, "watch/dev/short", token.replace("dev", "a b")]) {
    expect(userOfToken(other)).toBeUndefined();
  }
});

test("the admin token itself may hold a colon", () => {
  expect(judgeCredential({ adminToken: "a:b", authorization: basic("user:a:b"), cluster: kindA, user: dev })).toBe(
    "admin",
  );
});

test("a derived token is RFC 2104's HMAC, and needs no escape in a URL's user info", () => {
  // openssl: printf default | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  expect(webhookToken("secret", defaultCluster)).toBe("bohncxF6y99ouAoarXLACzmVPkYd9I3n6hu9YveS6NE");
  expect(new URL(`http://user:${tokenA}@host/`).password).toBe(tokenA);
  // openssl: printf watch/dev | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  expect(watchToken("secret", dev)).toBe("watch/dev/whWo-Ib5VMOFT_iMFnezKukuVixESXqisT6eA3z1xQ4");
});

test("nothing but the token passes", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(text.trim() !== tokenA && text.trim() !== adminToken);
      for (const authorization of [text, `Bearer ${text}`, basic(`user:${text}`)]) {
        expect(["wrong", "none"]).toContain(judgeCredential({ adminToken, authorization, cluster: kindA, user: dev }));
      }
    }),
  );
});
