/** Proves what happens to an editor that cuts the file and writes it anew while it is written in place: what it saved stays, or a copy is told. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Place, plainPlace } from "../../../../test/support/hosts-place.ts";
import type { Trouble } from "../../../base/trouble.ts";
import { type FileAccess, type OpenFile, fileAccess } from "./file-access.ts";
import { HostsFileWriter } from "./writer.ts";

const user = "127.0.0.1 localhost\n";
const block = "10.0.0.1 a.test\n10.0.0.1 b.test\n10.0.0.1 c.test\n";
const line = "# saved by an editor, and so long that it reaches behind everything that we write here\n";
const saves = [
  ["a line at its end", user + line],
  ["a line at its top", line + user],
] as const;

type Event = "last reading" | "write" | "sync";

interface Meeting {
  readonly event: Event;
  /** What the file holds then. */
  readonly saved: string;
}

/** The file cannot be replaced, and at the first event of a kind on it an editor saves. */
function meeting(place: Place, { event, saved }: Meeting): FileAccess {
  let isSaved = false;
  const save = (happened: Event): void => {
    if (happened !== event || isSaved) return;
    isSaved = true;
    writeFileSync(place.path, saved);
  };
  return {
    ...fileAccess,
    rename: (from, to) => {
      if (to === place.path) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
      fileAccess.rename(from, to);
    },
    exchange: (from, to) => {
      if (to === place.path) throw Object.assign(new Error("EBUSY"), { code: "EBUSY" });
      return fileAccess.exchange(from, to);
    },
    open: (path, flags, mode) => {
      const file = fileAccess.open(path, flags, mode);
      // Read and write: the one that writes in place.
      return path === place.path && (flags & 3) === 2 ? watched(file, save) : file;
    },
  };
}

function watched(file: OpenFile, save: (happened: Event) => void): OpenFile {
  return {
    ...file,
    read: (bytes, position) => {
      const read = file.read(bytes, position);
      if (read < bytes.length) save("last reading");
      return read;
    },
    write: (bytes, position) => {
      const count = file.write(bytes, position);
      save("write");
      return count;
    },
    sync: async () => {
      await file.sync();
      save("sync");
    },
  };
}

async function writeMeeting(from: string, to: string, met: Meeting) {
  const place = plainPlace(from);
  const notices: Trouble[] = [];
  const files = meeting(place, met);
  await using writer = new HostsFileWriter({
    files,
    ...place,
    onLateEdit: () => {},
    onNotice: (notice) => notices.push(notice),
  });
  const toBlock = to.slice(user.length);
  // What is not ours stays in front of our lines, as in a document.
  const outcome = await writer
    .update((bytes) => ({ bytes: Buffer.from(bytes.toString().replaceAll(block, "") + toBlock), keepCopy: false }))
    .then(
      () => "written",
      (error: unknown) => String(error),
    );
  return { place, notices, outcome, text: readFileSync(place.path, "utf8") };
}

describe.each(saves)("an editor saves %s", (_what, saved) => {
  describe.each([
    ["grows", user, user + block],
    ["shrinks", user + block, user],
  ])("while a file that %s is written in place", (_how, from, to) => {
    test("just after the last reading: that is seen, and what it saved becomes the user's", async () => {
      const { place, text, outcome, notices } = await writeMeeting(from, to, { event: "last reading", saved });
      using _ = place;
      expect({ outcome, notices }).toEqual({ outcome: "written", notices: [] });
      expect(text).toBe(saved + to.slice(user.length));
    });

    test("just after our write: what it saved stays whole, and where lines are missing in it, a copy is told", async () => {
      const { place, text, outcome, notices } = await writeMeeting(from, to, { event: "write", saved });
      using _ = place;
      expect(outcome).toContain("does not read back as it was written");
      expect(text).toBe(saved);
      const copies = notices.map(({ hint }) => readFileSync(/is kept in (\S+)\. /.exec(hint)?.[1] ?? "", "utf8"));
      expect(copies).toEqual(saved.startsWith(user) ? [] : [from]);
    });
  });

  test("while space is taken: what it saved becomes the user's", async () => {
    const { place, text, outcome } = await writeMeeting(user, user + block, { event: "sync", saved });
    using _ = place;
    expect([outcome, text]).toEqual(["written", saved + block]);
  });
});
