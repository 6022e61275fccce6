import { expect, test } from "vitest";
import { explainStatus, isStaleToken, isUnknown } from "./failure.ts";

/** What real members of etcd answer (api/v3rpc/rpctypes/error.go), and what gRPC says where none does. */
test.each([
  [14, "etcdserver: no leader", "no-leader", "etcd-no-leader", true],
  [14, "No connection established. Last error: Error: connect ECONNREFUSED", "unreachable", "etcd-unreachable", true],
  [14, "No connection established. Last error: self-signed certificate", "unreachable", "etcd-certificate", true],
  [4, "Deadline exceeded", "unreachable", "etcd-unreachable", true],
  [1, "context canceled", "unreachable", "etcd-unreachable", true],
  [8, "etcdserver: mvcc: database space exceeded", "no-space", "etcd-no-space", true],
  [11, "etcdserver: mvcc: required revision has been compacted", "compacted", "etcd-compacted", false],
  [7, "etcdserver: permission denied", "denied", "etcd-denied", false],
  [3, "etcdserver: authentication failed, invalid user ID or password", "login-refused", "etcd-login-refused", false],
  [3, "etcdserver: user name is empty", "login-refused", "etcd-login-refused", false],
  [3, "etcdserver: too many operations in txn request", "too-large", "etcd-too-large", false],
  [3, "etcdserver: request is too large", "too-large", "etcd-too-large", false],
  [15, "etcdserver: corrupt cluster", "corrupt", "etcd-corrupt", false],
  // kine's words (k3s-io/kine pkg/server/kv.go, maintenance.go, limited.go); test/e2e/team-imitated.test.ts asks a real one.
  [12, "sortOrder is not implemented by kine", "imitated", "etcd-imitated", false],
  [2, "not key sortTarget is unsupported", "imitated", "etcd-imitated", false],
  [2, "alarm is not supported", "imitated", "etcd-imitated", false],
  [2, "unsupported transaction", "imitated", "etcd-imitated", false],
  [12, "unknown service etcdserverpb.KV", "refused", "etcd-refused", false],
  [3, "etcdserver: duplicate key given in txn request", "refused", "etcd-refused", false],
])("%i %s means %s", (code, details, kind, troubleCode, mayHaveHappened) => {
  const failure = explainStatus({ code, details }, "e1:2379");
  expect(failure.kind).toBe(kind);
  expect(failure.trouble.code).toBe(troubleCode);
  expect(failure.trouble.message).toContain("e1:2379");
  expect(isUnknown(failure)).toBe(mayHaveHappened);
});

test("only a token that is too old is worth another login", () => {
  expect(isStaleToken({ code: 16, details: "etcdserver: invalid auth token" })).toBe(true);
  expect(isStaleToken({ code: 3, details: "etcdserver: user name is empty" })).toBe(true);
  expect(isStaleToken({ code: 7, details: "etcdserver: permission denied" })).toBe(false);
});
