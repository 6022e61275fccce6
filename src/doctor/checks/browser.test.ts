/** Firefox's preferences as it writes them. */
import { expect, test } from "vitest";
import { judgeFirefox } from "./browser.ts";

const mode = (value: number): string => `user_pref("network.trr.mode", ${value});\n`;
const passesBy = 'user_pref("network.trr.exclude-etc-hosts", false);\n';

test.each([
  { texts: [], grade: "ok" },
  { texts: [mode(3)], grade: "ok" },
  { texts: [passesBy], grade: "ok" },
  { texts: [mode(5) + passesBy], grade: "ok" },
  { texts: ["", mode(2) + passesBy], grade: "note", code: "browser-own-dns" },
  { texts: [mode(3), passesBy], grade: "note", code: "browser-own-dns" },
])("$texts: $grade", ({ texts, ...wanted }) => expect(judgeFirefox(texts)).toMatchObject(wanted));
