/** What etcd and the way to it have against a call, as data: what happened, whether it may have taken place, and what to do. */
import type { Trouble } from "../base/trouble.ts";

export type FailureKind =
  /** No answer, so that nobody knows whether the call took place. */
  | "unreachable"
  | "no-leader"
  | "no-space"
  /** A member's data differs from the others', so that it answers nothing. */
  | "corrupt"
  /** The revision that was asked for is not kept any more. */
  | "compacted"
  | "denied"
  | "login-refused"
  | "too-large"
  /** What answers only imitates etcd. */
  | "imitated"
  /** Whatever else etcd says no to. */
  | "refused";

export interface EtcdFailure {
  readonly kind: FailureKind;
  readonly trouble: Trouble;
}

/** The token of a user is not valid any more, and a new one must be had. */
const staleToken = /invalid auth token|auth revision .*is old|user name is empty/i;

/** gRPC's codes (google.rpc.Code) that are told apart. */
export const codes = {
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  outOfRange: 11,
  unimplemented: 12,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;

/** A status as gRPC has it. */
export interface CallStatus {
  readonly code: number;
  readonly details: string;
  /** Whether the answer itself shows that it is not etcd's. */
  readonly isImitated?: boolean;
}

/** Whether a new token may help. */
export function isStaleToken({ code, details }: CallStatus): boolean {
  return code === codes.unauthenticated || (code === codes.invalidArgument && staleToken.test(details));
}

/** How kine, which keeps Kubernetes' objects in other databases, says no to what Kubernetes does not need. */
const imitation = /\bunsupported\b|\bis not supported$|\bis not implemented by kine$/i;

/** An answer that etcd itself does not give. */
export const imitatedAnswer: CallStatus = {
  code: codes.unimplemented,
  details: "the answer names no cluster",
  isImitated: true,
};

function isImitation({ details, isImitated = false }: CallStatus): boolean {
  return isImitated || imitation.test(details);
}

/** Whether another endpoint may answer where this one did not. */
export function isAbsence(status: CallStatus): boolean {
  return !definite.has(status.code) && !isImitation(status);
}

/** Codes by which etcd itself says no. */
const definite: ReadonlySet<number> = new Set([
  codes.invalidArgument,
  codes.permissionDenied,
  codes.resourceExhausted,
  codes.failedPrecondition,
  codes.outOfRange,
  codes.unimplemented,
  codes.dataLoss,
  codes.unauthenticated,
]);

/**
 * Gives the status of a failed call its meaning.
 *
 * @param place - the endpoint that was asked, as in `e1:2379`
 */
export function explainStatus(status: CallStatus, place: string): EtcdFailure {
  const kind = kindOf(status);
  return { kind, trouble: troubles[kind](place, status.details.slice(0, 300)) };
}

/** Whether a transaction that failed so may still have taken place: without space etcd may say no and do it (its maintenance guide). */
export function isUnknown({ kind }: EtcdFailure): boolean {
  return kind === "unreachable" || kind === "no-leader" || kind === "no-space";
}

function kindOf(status: CallStatus): FailureKind {
  const { code, details } = status;
  if (/no leader/i.test(details)) return "no-leader";
  if (/database space exceeded/i.test(details)) return "no-space";
  if (code === codes.dataLoss) return "corrupt";
  if (/required revision has been compacted/i.test(details)) return "compacted";
  if (/authentication failed|authentication is not enabled/i.test(details) || isStaleToken(status))
    return "login-refused";
  if (code === codes.permissionDenied) return "denied";
  if (/too large|too many operations|larger than max/i.test(details)) return "too-large";
  if (isImitation(status)) return "imitated";
  return isAbsence(status) ? "unreachable" : "refused";
}

const troubles: Readonly<Record<FailureKind, (place: string, details: string) => Trouble>> = {
  unreachable: (place, details) => ({
    code: /certificate|\bTLS\b|\bSSL\b/i.test(details) ? "etcd-certificate" : "etcd-unreachable",
    message: `etcd does not answer at ${place}: ${details}.`,
    hint: "Check that its members run and that this machine reaches them, and the certificates if it uses them:",
    command: `etcdctl --endpoints=${place} endpoint health`,
  }),
  "no-leader": (place) => ({
    code: "etcd-no-leader",
    message: `etcd has no leader, as its member ${place} says, so it takes no change.`,
    hint: "More than half of its members must run and reach each other:",
    command: `etcdctl --endpoints=${place} endpoint status --cluster`,
  }),
  "no-space": (place) => ({
    code: "etcd-no-space",
    message: `etcd at ${place} is full: its database has reached its quota, so it takes no change.`,
    hint: "Compact its history, defragment each member and disarm the alarm, as etcd's guide to maintenance says:",
    command: `etcdctl --endpoints=${place} alarm list`,
  }),
  corrupt: (place, details) => ({
    code: "etcd-corrupt",
    message: `etcd at ${place} raises the alarm CORRUPT, and answers nothing until it is disarmed: ${details}.`,
    hint: "Find the member whose data differs, remove it, and add a new one, as etcd's guide to data corruption says:",
    command: `etcdctl --endpoints=${place} alarm list`,
  }),
  compacted: (place) => ({
    code: "etcd-compacted",
    severity: "info",
    message: `etcd at ${place} does not keep so old a revision any more.`,
    hint: "Everything is listed again.",
  }),
  denied: (place, details) => ({
    code: "etcd-denied",
    message: `etcd at ${place} does not allow it: ${details}.`,
    hint: "Give the user's role the keys that it needs:",
    command: `etcdctl --endpoints=${place} role get ROLE`,
  }),
  "login-refused": (place, details) => ({
    code: "etcd-login-refused",
    message: `etcd at ${place} does not know who calls: ${details}.`,
    hint: "Give a client certificate, or a user and the right password:",
    command: `etcdctl --endpoints=${place} user list`,
  }),
  "too-large": (place, details) => ({
    code: "etcd-too-large",
    message: `etcd at ${place} does not take so large a change: ${details}.`,
    hint: "Start its members with larger --max-txn-ops and --max-request-bytes, at least 128 and 1572864.",
  }),
  imitated,
  refused: (place, details) => ({
    code: "etcd-refused",
    message: `etcd at ${place} refused: ${details}.`,
    hint: "Check what runs at this address; etcd 3.4 or newer is needed:",
    command: `etcdctl --endpoints=${place} version`,
  }),
};

/** What is said of something that only imitates etcd. */
export function imitated(place: string): Trouble {
  return {
    code: "etcd-imitated",
    message: `What answers at ${place} is not etcd but something that imitates it, such as kine, which refuses what a team needs.`,
    hint: "Keep the team in etcd itself, 3.4 or newer. What imitates it shows 0 as its ClusterID:",
    command: `etcdctl --endpoints=${place} endpoint status --write-out=fields`,
  };
}
