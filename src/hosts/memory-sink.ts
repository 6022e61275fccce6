/** A hosts file that lives in memory, for `--dry-run`: starts from the real file and never writes. */
import type { View } from "../records/view.ts";
import type { Block } from "./dissect.ts";
import { renderDocument } from "./document.ts";
import { fileAccess } from "./file-access.ts";
import { explain } from "./hosts-file-trouble.ts";
import { compareLines, toLines } from "./lines.ts";
import { noticesOf, undecidableTrouble } from "./notice.ts";
import type { Sink, SinkReport } from "./sink.ts";
import { takeSnapshot } from "./snapshot.ts";

export interface MemorySink extends Sink {
  /** What the file would hold now; empty until the first `apply`. */
  readonly content: Buffer;
}

/**
 * Opens the sink. The file is read at the first `apply`, takes no lock and stays as it is.
 *
 * @param path - the hosts file to start from; a missing one counts as empty
 */
export function openMemorySink({ path }: { readonly path: string }): MemorySink {
  let text: string | undefined;
  let block: Block | undefined;
  return {
    name: "hosts-file",
    get content() {
      return Buffer.from(text ?? "", "latin1");
    },
    async apply(view: View): Promise<SinkReport> {
      try {
        text ??= await readText(path);
      } catch (error) {
        const explained = explain(error, path);
        if (explained === undefined) throw error;
        return { ok: false, trouble: explained.trouble };
      }
      const rendering = renderDocument({ text, wanted: toLines(view), written: block });
      if (rendering.kind === "undecidable") return { ok: false, trouble: undecidableTrouble(path, rendering) };
      if (rendering.kind === "changed") text = rendering.text;
      block = rendering.block;
      return {
        ok: true,
        method: "memory",
        change: compareLines(rendering.shown, rendering.block.lines),
        conflicts: rendering.conflicts,
        notices: noticesOf({ path, rendering, copy: undefined, restored: false, created: false }),
      };
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function readText(path: string): Promise<string> {
  const snapshot = await takeSnapshot(fileAccess, path);
  if (snapshot.kind === "file") await snapshot.handle.close();
  return snapshot.bytes.toString("latin1");
}
