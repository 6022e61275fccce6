/** What the server says of the resolver, and what the files say that it cannot know yet. */
import { expect, test } from "vitest";
import { resolverOf, statusOf } from "../../../test/support/status.ts";
import { judgeTold } from "./resolver-told.ts";

const wildcard = {
  name: "*.apps.dtk.io",
  addresses: ["10.0.0.1"],
  cluster: "default",
  resource: null,
  since: null,
  sinks: ["dns"],
};
const names = { total: 1, list: [wildcard] };
const told = resolverOf();

test("all is well", () => {
  expect(judgeTold(statusOf(), { told, foreign: [] })).toEqual([{ grade: "ok", message: told.sentence }]);
});

test("left alone, it is worth a word only where a name needs it", () => {
  expect(judgeTold(statusOf(), undefined)).toMatchObject([{ grade: "ok" }]);
  const item = { code: "resolver-left-alone", message: "Left.", hint: "Tell:", severity: "info" } as const;
  expect(judgeTold(statusOf({ attention: [item] }), undefined)).toMatchObject([{ grade: "note", message: "Left." }]);
});

test("trouble is a problem where a name needs the resolver, news never is", () => {
  const trouble = { code: "resolver-refused", message: "No.", hint: "See:", severity: "warning" } as const;
  const news = { code: "resolver-taken", message: "Taken.", hint: "Nothing.", severity: "info" } as const;
  const other = { code: "no-cluster-ip", message: "None.", hint: "Set it:", severity: "error" } as const;
  const attention = [trouble, news, other];
  const grades = (status: Parameters<typeof judgeTold>[0]) =>
    judgeTold(status, { told, foreign: [] }).map(({ grade }) => grade);
  expect(grades(statusOf({ attention }))).toEqual(["warning", "note"]);
  expect(grades(statusOf({ attention, names }))).toEqual(["problem", "note"]);
});

test("a file that somebody changed is named once", () => {
  const [found] = judgeTold(statusOf(), { told, foreign: ["/etc/x"] });
  expect(found).toMatchObject({ code: "resolver-file-foreign", command: "sudo rm /etc/x" });
  const { code = "", message = "", hint = "" } = found !== undefined && found.grade !== "ok" ? found : {};
  const attention = [{ code, message, hint }];
  expect(judgeTold(statusOf({ attention }), { told, foreign: ["/etc/x"] })).toHaveLength(1);
});
