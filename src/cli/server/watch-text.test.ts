/** What `watch` says of each thing that happens, as a person reads it. */
import { describe, expect, test } from "vitest";
import type { ClusterName } from "../../records/cluster.ts";
import type { FeedNotice } from "../../sources/kubernetes/cluster-feeder.ts";
import { describeNotice } from "./watch-text.ts";

const cluster = "kind-a" as ClusterName;
const resource = "ingress/default/test";
const none = { create: [], updateOld: [], updateNew: [], delete: [] };

function linesOf(notice: FeedNotice): readonly string[] {
  return describeNotice({ cluster, notice });
}

test("a context that is gone, and one that is not watched, by their names", () => {
  expect(describeNotice({ forgotten: cluster })).toEqual(["kind-a: its context is gone, and so are its names."]);
  const context = { context: "prod", server: "https://prod", reason: "not-local", message: "It is far away." } as const;
  expect(describeNotice({ context })).toEqual(["prod is not watched. It is far away."]);
});

test("a connection names the server and the kinds", () => {
  const notice = { kind: "connected", server: "https://127.0.0.1:6443", kinds: ["Ingress", "Service"] } as const;
  expect(linesOf(notice)).toEqual(["kind-a: connected to https://127.0.0.1:6443, watching Ingress, Service."]);
});

test("another cluster under the same name", () => {
  expect(linesOf({ kind: "made-anew" })).toEqual([
    "kind-a: this is another cluster than before, so its names are replaced.",
  ]);
});

test.each(["unreachable", "server-trouble"] as const)("%s is the sentence with what to do and to type", (kind) => {
  const trouble = {
    code: "no-domains",
    message: "No domain is managed.",
    hint: "Add one:",
    command: "watch --domains=a.io",
  };
  expect(linesOf({ kind, trouble })).toEqual(["kind-a: No domain is managed. Add one: watch --domains=a.io"]);
  expect(linesOf({ kind, trouble: { code: "x", message: "It is away.", hint: "Wait." } })).toEqual([
    "kind-a: It is away. Wait.",
  ]);
});

describe("rights that are missing", () => {
  const forbidden = { kind: "forbidden", resource: "ingresses", message: "User ann may not list ingresses" } as const;

  test.each([
    ["", "in the whole cluster"],
    ["shop", "in shop"],
  ])("in scope %j", (scope, where) => {
    expect(linesOf({ ...forbidden, scope, isListed: false })).toEqual([
      `kind-a: User ann may not list ingresses. Names of ingresses are not followed ${where}.`,
    ]);
  });

  test("only to watch: the names follow more slowly, and how slowly is said", () => {
    const [line = ""] = linesOf({ ...forbidden, scope: "", isListed: true });
    expect(line).toMatch(/Names of ingresses in the whole cluster follow every \d+ seconds\.$/);
  });
});

describe("objects that are left out", () => {
  const complaintOf = (object: string) => ({
    object,
    reasons: [{ reason: "no-target", sentence: "It has no target.", names: [] }] as const,
  });

  test("each reason is a line with its code", () => {
    const [first] = linesOf({ kind: "not-asked", complaints: [complaintOf("Service default/db")] });
    expect(first).toBe("kind-a: Service default/db: It has no target. [no-target]");
  });

  test("a cluster full of them does not fill the terminal", () => {
    const complaints = Array.from({ length: 500 }, (_, index) => complaintOf(`Service default/s${index}`));
    expect(linesOf({ kind: "not-asked", complaints })).toHaveLength(20);
  });
});

describe("changes", () => {
  const endpoint = { dnsName: "foo.dtk.io", recordType: "CNAME", targets: ["foo.dtk.io"], labels: { resource } };

  test("one line each: what comes, what changes and what goes", () => {
    const changes = {
      create: [endpoint],
      updateOld: [],
      updateNew: [{ ...endpoint, dnsName: "b.io", recordType: "A", targets: ["192.0.2.1", "192.0.2.2"] }],
      delete: [{ ...endpoint, dnsName: "c.io", targets: ["d.io"], labels: {} }],
    };
    expect(linesOf({ kind: "published", changes, milliseconds: 4 })).toEqual([
      "kind-a: + foo.dtk.io (ingress/default/test)",
      "kind-a: ~ b.io A 192.0.2.1, 192.0.2.2 (ingress/default/test)",
      "kind-a: - c.io CNAME d.io (no resource)",
    ]);
  });

  test("nothing that changed is no line", () => {
    expect(linesOf({ kind: "published", changes: none, milliseconds: 1 })).toEqual([]);
  });
});
