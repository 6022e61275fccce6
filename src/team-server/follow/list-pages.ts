/** The whole list for desktops, compressed once for all that ask at about the same time. */
import { createGzip } from "node:zlib";
import { Readable } from "node:stream";
import { inSlices } from "../../base/slices.ts";
import type { Steps } from "../../base/steps.ts";
import { type Audience, textOfPages, textOfPosition } from "./lines.ts";
import type { Publication } from "./publication.ts";

interface Made {
  readonly publication: Publication;
  readonly at: number;
  /** One gzip file (RFC 1952), of one part, since curl reads no further ones. */
  readonly pages: Promise<readonly Buffer[]>;
}

/** Milliseconds for which a list is handed out: what came since is told afterwards. */
const lifetime = 2_000;

/** Lists for different domains that are kept at a time. */
const mostLists = 16;

export class ListPages {
  readonly #made = new Map<string, Made>();

  /** Makes the list, or takes the one that was made a moment ago. */
  get(publication: Publication, audience: Audience): Promise<readonly Buffer[]> {
    const now = performance.now();
    for (const [id, { at, publication: other }] of this.#made) {
      if (now - at > lifetime || other !== publication || this.#made.size > mostLists) this.#made.delete(id);
    }
    const known = this.#made.get(audience.id);
    if (known !== undefined) return known.pages;
    const pages = makePages(publication, audience);
    this.#made.set(audience.id, { publication, at: now, pages });
    return pages;
  }
}

async function makePages(publication: Publication, audience: Audience): Promise<readonly Buffer[]> {
  // All of it as it is now, whatever comes while it is written.
  const items = publication.items();
  const end = textOfPosition(publication.position(publication.revision));
  const texts = await inSlices(textsOf(items, audience));
  const compressing = Readable.from([...texts, end]).pipe(createGzip());
  return (await compressing.toArray()) as readonly Buffer[];
}

function* textsOf(items: ReturnType<Publication["items"]>, audience: Audience): Steps<readonly string[]> {
  const texts: string[] = [];
  for (const text of textOfPages(items.filter(({ key }) => audience.hears(key)))) {
    texts.push(text);
    yield;
  }
  return texts;
}
