/** A hosts file that lives in memory, for `--dry-run`: starts from the real file and never writes. */
import type { View } from "../../records/view.ts";
import { compareBodies } from "./document/body.ts";
import { type Adopter, AdoptionSlot, type HostsFileReport } from "./adoption-slot.ts";
import type { Adoption } from "./document/adoption.ts";
import { renderHostsFile } from "./document/document.ts";
import { hostsFileIdentity } from "./identity.ts";
import { refusedBy } from "./document/refusal.ts";
import { selectHostEntries } from "./document/selection.ts";
import { hostsFileTrouble } from "./hosts-file-trouble.ts";
import { noticesOf, undecidableTrouble } from "./notice.ts";
import { readHostsFile } from "./writer/read-hosts-file.ts";
import type { Sink } from "../../engine/sink.ts";

interface MemorySink extends Sink, Adopter {
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
  let body: string | undefined;
  const adoptions = new AdoptionSlot();
  const show = async (view: View, adoption: Adoption | undefined): Promise<HostsFileReport> => {
    try {
      text ??= readHostsFile(path);
    } catch (error) {
      const trouble = hostsFileTrouble(error, path);
      if (trouble === undefined) throw error;
      return { ok: false, trouble };
    }
    const { wanted, refused } = selectHostEntries(view.entries);
    const rendering = renderHostsFile({ text, wanted, written: body, adoption });
    if (rendering.kind === "undecidable") return { ok: false, trouble: undecidableTrouble(path, rendering) };
    if (rendering.kind === "changed") text = rendering.text;
    body = rendering.body;
    return {
      ok: true,
      method: "memory",
      diff: compareBodies(rendering.shown, rendering.body),
      refused: refusedBy(rendering, refused),
      notices: noticesOf({ path, rendering, copy: undefined, restored: false, created: false }),
      adopted: rendering.adopted && { edits: rendering.adopted, copy: undefined },
    };
  };
  return {
    ...hostsFileIdentity,
    path,
    get content() {
      return Buffer.from(text ?? "", "latin1");
    },
    apply: (view) => adoptions.apply((adoption) => show(view, adoption)),
    adopt: (adoption, showAgain) => adoptions.adopt(adoption, showAgain),
    async [Symbol.asyncDispose]() {},
  };
}
