/** What resolvers stumble over is found with its line; what they read as it is meant is left in peace. */
import { expect, test } from "vitest";
import { judgeBytes } from "./hosts-file-bytes.ts";

const mark = "\u00ef\u00bb\u00bf";
const long = (length: number): string => `10.0.0.1 ${"a".repeat(length - 9)}`;

test.each([
  { title: "a usual file", text: "127.0.0.1\tlocalhost\n\n# mine\n::1 localhost # both\n" },
  { title: "line ends of Windows", text: "127.0.0.1 localhost\r\n::1 localhost\r\n" },
  { title: "an empty file", text: "" },
  { title: "UTF-8 in a comment", text: "# b\u00c3\u00bcro\n" },
  { title: "a line of 511 bytes", text: `${long(511)}\n` },
  { title: "a long comment", text: `# ${"x".repeat(2000)}\n` },
  { title: "a block list", text: "0.0.0.0 ads.test\n".repeat(50_000) },
])("nothing is wrong with $title", ({ text }) => expect(judgeBytes("/etc/hosts", text)).toEqual([]));

test.each([
  { text: `${mark}127.0.0.1 localhost here\n`, grade: "problem", code: "hosts-file-bom", says: "localhost, here" },
  { text: `${mark}# a comment\n127.0.0.1 localhost\n`, grade: "note", code: "hosts-file-bom", says: "byte order mark" },
  { text: "a\n10.0.0.1 x\0y\n", grade: "warning", code: "hosts-file-nul", says: "/etc/hosts:2:" },
  { text: "a\n10.0.0.1 x\r10.0.0.2 y\r\n", grade: "warning", code: "hosts-file-lone-return", says: "/etc/hosts:2:" },
  { text: "a\n127.0.0.1 localhost", grade: "note", code: "hosts-file-unended", says: "last line" },
  { text: `a\n${long(512)}\n`, grade: "note", code: "hosts-file-long-line", says: "/etc/hosts:2: the line has 512" },
  { text: `${long(1024 * 1024)}\n`, grade: "warning", code: "hosts-file-long-line", says: "systemd-resolved" },
  { text: "0.0.0.0 ads.test\n".repeat(100_001), grade: "note", code: "hosts-file-large", says: "100002 lines" },
])("$code, $grade: $says", ({ text, grade, code, says }) => {
  expect(judgeBytes("/etc/hosts", text)).toMatchObject([{ grade, code, message: expect.stringContaining(says) }]);
});

test("a file with lone carriage returns at its end is ended", () => {
  expect(judgeBytes("/etc/hosts", "10.0.0.1 x\r").map((finding) => "code" in finding && finding.code)).toEqual([
    "hosts-file-unended",
  ]);
});
