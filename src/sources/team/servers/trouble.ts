/** What keeps a desktop from following a team server, in words. */
import { errorCode, messageOf } from "../../../base/errors.ts";
import { printable, shorten } from "../../../base/printable.ts";
import type { Trouble } from "../../../base/trouble.ts";

/** Codes of OpenSSL and Node for a certificate that nobody known has signed (node:tls, X509 certificate error codes). */
const strangers: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
]);

/** The answer of a server that is there, and says no. */
export interface ServerRefusal {
  readonly status: number;
  readonly code: string | undefined;
  /** In the server's words. */
  readonly message: string;
}

/**
 * Explains why a server could not be asked.
 *
 * @param place - as in `https://t1.example.com:5443`
 */
export function explainFailure(error: unknown, place: string): Trouble {
  const code = errorCode(error) ?? "";
  if (code === "CERT_HAS_EXPIRED") return certificate(`The certificate of the team server ${place} has expired.`);
  if (code === "CERT_NOT_YET_VALID") {
    return certificate(`The certificate of the team server ${place} is not valid yet; check this machine's clock.`);
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return certificate(`The certificate of the team server ${place} is for another name.`);
  }
  if (strangers.has(code)) {
    return certificate(
      `The certificate of the team server ${place} is not signed by the authority of the invitation.`,
      "Ask who runs the server. If its authority is another now, ask for a new invitation and join again.",
    );
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL_")) {
    return certificate(
      `What answers at ${place} does not speak TLS as a team server does.`,
      "Check the address of the invitation.",
    );
  }
  return {
    code: "team-unreachable",
    message: `The team server ${place} does not answer: ${printable(shorten(messageOf(error)))}.`,
    hint: "Check that this machine reaches it:",
    command: `curl --insecure ${place}/readyz`,
  };
}

/** Explains what a server said no with. */
export function explainRefusal({ status, code, message }: ServerRefusal, place: string): Trouble {
  const words = printable(shorten(message)).replace(/\.$/, "");
  if (status === 401) {
    return {
      code: "team-token-refused",
      message: `The team server ${place} does not know this desktop: its invitation was taken back, or never was the team's.`,
      hint: "Ask for a new invitation and join again.",
    };
  }
  if (code === "team-invitation-used" || code === "team-invitation-expired") {
    return { code, message: `${words}.`, hint: "Ask who runs the team for a new one: hostsfile-server team invite" };
  }
  if (code === "team-domains-refused") {
    return { code, message: `${words}.`, hint: "Name others with --domains, or ask for an invitation that has them." };
  }
  if (status === 404 && code === "team-request-invalid") {
    return {
      code: "team-server-older",
      message: `The team server ${place} is older than this desktop and does not know what it was asked.`,
      hint: "Names come all the same. Ask who runs the server to upgrade it.",
    };
  }
  if (status === 503) {
    return {
      code: "team-unreachable",
      message: `The team server ${place} cannot tell now: ${words}.`,
      hint: "It is asked again, and others of the team too.",
    };
  }
  return notTeamServer(place, `it answers ${status}`);
}

/** What answers is something else. */
export function notTeamServer(place: string, reason: string): Trouble {
  return {
    code: "team-not-a-server",
    message: `What answers at ${place} is not a team server: ${printable(shorten(reason))}.`,
    hint: "Check the address of the invitation, and any proxy before the server.",
  };
}

/** It answers for another team than the one that was joined. */
export function anotherTeam(place: string): Trouble {
  return {
    code: "team-other-store",
    message: `The team server ${place} serves another team than the one that was joined, so the names that are shown stay as they were.`,
    hint: "If the team was founded anew, ask for a new invitation and join again.",
  };
}

function certificate(message: string, hint = "Ask who runs the server to put a good one in its place."): Trouble {
  return { code: "team-certificate", message, hint };
}
