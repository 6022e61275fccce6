/** A plan reads as a list of what, why and how. */
import { expect, test } from "vitest";
import { renderPlan } from "./plan.ts";

test("steps are numbered, with reason and command", () => {
  const steps = [
    { what: "Tell the server the managed domains dtk.io", why: "config.yaml:3:11", command: "curl -d dtk.io x" },
    { what: "Wait", why: "the pod must come up", command: "a \\\n  b\n" },
    { what: "Say so", why: "you should know" },
  ];
  expect(renderPlan(steps)).toBe(`1. Tell the server the managed domains dtk.io
   (config.yaml:3:11)
   $ curl -d dtk.io x
2. Wait
   (the pod must come up)
   $ a \\
       b
3. Say so
   (you should know)
`);
});

test("no step, no text", () => {
  expect(renderPlan([])).toBe("");
});
