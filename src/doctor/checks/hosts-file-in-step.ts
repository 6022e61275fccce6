/** Does each sink show what the server wants it to show? The server itself says what kept one from that. */
import { counted } from "../../base/words.ts";
import { headingOf } from "../../contract/shown-by.ts";
import type { Status } from "../../contract/status.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const hostsFileInStep: Check = {
  id: "hosts-file-in-step",
  title: "The server could write what it wants",
  needs: ["server-file", "hosts-file-writable", "disk-space", "hosts-file-block"],
  run: async ({ status }) => {
    const known = await status();
    return known === undefined ? [ok("No server writes.")] : judgeInStep(known);
  },
};

/** Judges what the server says of its sinks. */
export function judgeInStep({ sinks, names }: Pick<Status, "sinks" | "names">): readonly Finding[] {
  if (sinks.length > 1) return sinks.map(judgeSink);
  const [trouble] = sinks.flatMap((sink) => sink.trouble ?? []);
  if (trouble !== undefined) return [{ grade: "problem", ...trouble }];
  return [ok(`The server has written all it wants: ${counted(names.total, "name")}.`)];
}

/** Names the sink, since there are others. */
function judgeSink({ name, trouble, shown = 0 }: Status["sinks"][number]): Finding {
  if (trouble === null) return ok(`The ${name} has all that it can show: ${counted(shown, "name")}.`);
  return { grade: "problem", ...trouble, message: `${headingOf(name)}: ${trouble.message}` };
}
