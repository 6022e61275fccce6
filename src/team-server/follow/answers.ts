/** What a team server says no to a desktop with: a status, and a sentence. */
import type { Trouble } from "../../base/trouble.ts";
import type { Desktop } from "../plan/desktop.ts";

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 503;
  readonly trouble: Pick<Trouble, "code" | "message">;
}

/** Nobody knows the token, or nobody knows it any more. */
export const unknownToken: Refusal = {
  status: 401,
  trouble: {
    code: "team-token-refused",
    message: "The team does not know this desktop: its invitation was taken back, or is another team's.",
  },
};

/** An invitation that became a desktop. */
export function usedInvitation({ desktop, at }: NonNullable<Desktop["joined"]>): Refusal {
  return {
    status: 403,
    trouble: { code: "team-invitation-used", message: `The invitation was used by ${desktop} at ${at}.` },
  };
}

/** An invitation that ended. */
export function expiredInvitation({ expires }: Desktop): Refusal {
  return {
    status: 403,
    trouble: { code: "team-invitation-expired", message: `The invitation ended at ${expires}.` },
  };
}

/** What is wanted lies outside what the desktop may read. */
export const outsideDomains: Refusal = {
  status: 403,
  trouble: { code: "team-domains-refused", message: "The invitation is for other domains of the team." },
};

/** The server cannot say now. */
export function notNow(message: string): Refusal {
  return { status: 503, trouble: { code: "team-server-busy", message } };
}

export const badRequest: Refusal = {
  status: 400,
  trouble: { code: "team-request-invalid", message: "The request is not what is asked for." },
};
