/** What keeps a team server from doing what it should, in words. */
import type { Trouble } from "../base/trouble.ts";

/** The store has no team's identity: it is new, or not ours. */
export function notATeam(places: readonly string[]): Trouble {
  return {
    code: "team-not-there",
    message: `No team is kept in etcd at ${places.join(", ")}: the key /hostsfile-server/v1/meta is not there.`,
    hint: "If this is the right etcd and it is new, found the team:",
    command: `hostsfile-server team init NAME --store=etcd://${places.join(",")}`,
  };
}

/** The store became another team's while the server ran. */
export function otherTeam(known: string, found: string | undefined): Trouble {
  return {
    code: "team-replaced",
    message: `etcd has ${found === undefined ? "no team any more" : `another team, ${found}`}, and this server belongs to the team ${known}. What it shows stays as it is.`,
    hint: "Put the right data back into etcd. If the other team is the right one, start the server again.",
  };
}

/** What etcd acknowledged has not come to this server yet. */
export const behind: Trouble = {
  code: "team-behind",
  message: "This server does not know yet what etcd has acknowledged.",
  hint: "It is asked again in a moment. If this lasts, look at its connection to etcd.",
};

/** Others changed the same over and over. */
export const contended: Trouble = {
  code: "team-contended",
  message: "Other servers changed the same records at the same time, again and again, so the change is not stored.",
  hint: "It is asked for again in a moment. If this lasts, two sources change the same cluster.",
};

/** The change is larger than what etcd takes in the time that a caller waits. */
export const partly: Trouble = {
  code: "team-partly-stored",
  message: "etcd took only a part of the change in the time that the caller waits.",
  hint: "The rest follows when the caller asks again. If this lasts, look at how busy etcd's members and their disks are.",
};

/** Before the first list. */
export function starting(places: readonly string[]): Trouble {
  return {
    code: "team-starting",
    message: `The team's records are being read from etcd at ${places.join(", ")}.`,
    hint: "This takes a moment.",
  };
}
