/** What each token opens, in every way in which it can be shown. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultCluster, parseClusterName } from "../records/cluster.ts";
import { judgeCredential, webhookToken } from "./token.ts";

const adminToken = "correct horse battery staple";
const [kindA, kindB] = ["kind-a", "kind-b"].flatMap((name) => parseClusterName(name) ?? []);
if (kindA === undefined || kindB === undefined) throw new Error("no cluster names");

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
  expect(judgeCredential({ adminToken, authorization, cluster: kindA })).toBe(expected);
});

test("a cluster's token opens nothing where no cluster is meant", () => {
  expect(judgeCredential({ adminToken, authorization: `Bearer ${tokenA}`, cluster: undefined })).toBe("wrong");
});

test("the admin token itself may hold a colon", () => {
  expect(judgeCredential({ adminToken: "a:b", authorization: basic("user:a:b"), cluster: kindA })).toBe("admin");
});

test("a derived token is RFC 2104's HMAC, and needs no escape in a URL's user info", () => {
  // openssl: printf default | openssl dgst -sha256 -hmac secret -binary | basenc --base64url
  expect(webhookToken("secret", defaultCluster)).toBe("bohncxF6y99ouAoarXLACzmVPkYd9I3n6hu9YveS6NE");
  expect(new URL(`http://user:${tokenA}@host/`).password).toBe(tokenA);
});

test("nothing but the token passes", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(text.trim() !== tokenA && text.trim() !== adminToken);
      for (const authorization of [text, `Bearer ${text}`, basic(`user:${text}`)]) {
        expect(["wrong", "none"]).toContain(judgeCredential({ adminToken, authorization, cluster: kindA }));
      }
    }),
  );
});
