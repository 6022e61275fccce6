/** The line as distributions write it (nsswitch.conf(5)). */
import { expect, test } from "vitest";
import { endsAtUnknown, readHostsSources, readResolvedKey } from "./nsswitch.ts";

test.each([
  { text: "hosts: files dns\n", names: ["files", "dns"] },
  { text: "passwd: files\n  hosts :\tfiles\tdns # hosts: none\n", names: ["files", "dns"] },
  { text: "#hosts: files\nhosts:dns", names: ["dns"] },
  { text: "hosts: mdns4_minimal [NOTFOUND=return] files[UNAVAIL=return]dns", names: ["mdns4_minimal", "files", "dns"] },
])("$text", ({ text, names }) => expect(readHostsSources(text)?.map(({ name }) => name)).toEqual(names));

test("no line, and an empty one", () => {
  expect(readHostsSources("passwd: files\n")).toBeUndefined();
  expect(readHostsSources("hosts:\n")).toEqual([]);
});

test.each([
  { line: "dns", ends: false },
  { line: "dns [NOTFOUND=return]", ends: true },
  { line: "dns [notfound=return]", ends: true },
  { line: "dns [SUCCESS=continue NOTFOUND=return]", ends: true },
  { line: "dns [UNAVAIL=return]", ends: false },
  { line: "resolve [!UNAVAIL=return]", ends: true },
  { line: "dns [!NOTFOUND=return]", ends: false },
  { line: "dns [!SUCCESS=return]", ends: true },
  { line: "dns [NOTFOUND=continue]", ends: false },
])("after an unknown name $line ends the search: $ends", ({ line, ends }) => {
  const [source] = readHostsSources(`hosts: ${line}`) ?? [];
  expect(source && endsAtUnknown(source)).toBe(ends);
});

test("the last of several settings counts, comments do not", () => {
  const texts = [
    "[Resolve]\n#ReadEtcHosts=no\n ReadEtcHosts = yes \n",
    "[Resolve]\nReadEtcHosts=no\n",
    "[Resolve]\nDNS=\n",
  ];
  expect(readResolvedKey(texts, "ReadEtcHosts")).toBe("no");
  expect(readResolvedKey(texts.slice(0, 1), "ReadEtcHosts")).toBe("yes");
  expect(readResolvedKey(texts, "Cache")).toBeUndefined();
});
