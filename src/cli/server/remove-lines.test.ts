/** Our lines go from a file that no server keeps, and it is never said that they are gone while one is left. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { plainPlace, viewOf } from "../../../test/support/hosts-place.ts";
import { openSink } from "../../../test/support/hosts-suite.ts";
import { TroubleError } from "../../base/trouble.ts";
import { lockTrouble, removeLinesFrom, requireNoneLeft } from "./remove-lines.ts";

const users = "127.0.0.1 localhost\n# mine, without a line end";

/** A file in which two names are shown, by a sink that was given up. */
async function shownPlace() {
  const place = plainPlace(users);
  await using sink = await openSink(place);
  await sink.apply(viewOf(["a.test", "b.test"]));
  return place;
}

describe("removing", () => {
  test("leaves the user's file byte for byte", async () => {
    using place = await shownPlace();
    await removeLinesFrom({ ...place, what: "test" });
    expect(readFileSync(place.path, "utf8")).toBe(users);
  });

  test("where nothing of ours is writes nothing", async () => {
    using place = plainPlace(users);
    await removeLinesFrom({ ...place, what: "test" });
    expect(readFileSync(place.path, "utf8")).toBe(users);
  });

  test("is refused while a server keeps the file, and nothing is touched", async () => {
    using place = await shownPlace();
    await using _server = await openSink(place);
    const before = readFileSync(place.path, "utf8");
    await expect(removeLinesFrom({ ...place, what: "test" })).rejects.toMatchObject({
      code: "hosts-file-lock-taken",
      exitCode: 3,
      hint: expect.stringContaining("--port"),
    });
    expect(readFileSync(place.path, "utf8")).toBe(before);
  });

  test("is refused where our lines cannot be told from the user's", async () => {
    using place = await shownPlace();
    const halved = readFileSync(place.path, "utf8").replace("# END hostsfile-server\n", "10.0.0.9 mine.test\n");
    writeFileSync(place.path, halved);
    await expect(removeLinesFrom({ ...place, what: "test" })).rejects.toMatchObject({ exitCode: 3 });
    expect(readFileSync(place.path, "utf8")).toBe(halved);
  });
});

describe("whether a line is left", () => {
  test("none is in the user's own file", () => {
    using place = plainPlace(users);
    expect(() => requireNoneLeft({ path: place.path })).not.toThrow();
  });

  test("one that another program wrote again is said, with how to find out which", async () => {
    using place = await shownPlace();
    expect(() => requireNoneLeft({ path: place.path })).toThrow(
      expect.objectContaining({
        code: "hosts-file-lines-left",
        exitCode: 3,
        command: expect.stringContaining("clear"),
      }),
    );
  });

  test("what hindered is said instead, where that is known", async () => {
    using place = await shownPlace();
    const trouble = { code: "disk-full", message: "The disk is full.", hint: "Make room." };
    expect(() => requireNoneLeft({ path: place.path, trouble })).toThrow("The disk is full.");
  });
});

describe("a lock that is not ours", () => {
  const trouble = { code: "hosts-file-lock-taken", message: "It has a writer.", hint: "Stop it." };
  const taken = { state: "taken", trouble, holder: undefined } as never;

  test("of a server that wants a token is the missing token", () => {
    const hinder = new TroubleError({ code: "token-needed", message: "A token.", hint: "Give it." }, { exitCode: 3 });
    expect(lockTrouble(taken, hinder)).toBe(hinder);
  });

  test("of any other is a server that is to be named", () => {
    const hinder = new TroubleError({ code: "no-server", message: "None.", hint: "Start it." }, { exitCode: 3 });
    expect(lockTrouble(taken, hinder)).toMatchObject({ code: "hosts-file-lock-taken", message: "It has a writer." });
  });

  test("that cannot be had says why", () => {
    const denied = { code: "hosts-file-permission", message: "Not allowed.", hint: "Use sudo." };
    expect(lockTrouble({ state: "denied", trouble: denied } as never, undefined)).toMatchObject(denied);
  });
});
