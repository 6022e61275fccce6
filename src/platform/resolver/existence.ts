/** Asks whether a domain exists for others than us, past whatever the resolver was told by us. */
import { Resolver } from "node:dns/promises";
import { errorCode } from "../../base/errors.ts";
import { runProgram } from "../../base/process.ts";
import type { ResolverFacts } from "./facts.ts";
import { linkName } from "./link.ts";
import { serversOfLinks } from "./read-texts.ts";
import { type Existence, isNeverPublic } from "./routes.ts";

type Run = typeof runProgram;

/** Milliseconds after which nobody is taken to answer. */
const patience = 5000;

/** The mailbox in the SOA of our own zones: who answers so is the responder. */
const ownMailbox = "nobody.invalid";

/**
 * Asks for the domain's SOA (RFC 1035 section 3.3.13): even an answer without one says that the name exists.
 *
 * @param run - runs a program
 */
export async function existenceOf(domain: string, facts: ResolverFacts, run: Run = runProgram): Promise<Existence> {
  if (isNeverPublic(domain)) return "private";
  return facts.resolved?.isAsked === true ? askResolved(domain, run) : askServers(domain);
}

/** Over each link with servers of its own, where what we told it does not count (resolvectl(1), `--interface`). */
async function askResolved(domain: string, run: Run): Promise<Existence> {
  const { output } = await run("resolvectl", ["dns"], { timeout: patience });
  const links = serversOfLinks(output).filter((name) => name !== linkName);
  const scopes = links.length === 0 ? [[]] : links.map((name) => ["--interface", name]);
  const answers = await Promise.all(
    scopes.map(async (scope) => {
      const words = ["query", ...scope, "--type", "SOA", "--legend", "no", domain];
      return readAnswer(await run("resolvectl", words, { timeout: patience }));
    }),
  );
  return unite(answers);
}

function readAnswer({ ok, output, complaint }: Awaited<ReturnType<Run>>): Existence {
  if (ok) return output.includes(ownMailbox) ? "unknown" : "public";
  if (complaint.includes("does not have any RR")) return "public";
  return complaint.includes("' not found") ? "private" : "unknown";
}

function unite(answers: readonly Existence[]): Existence {
  if (answers.includes("public")) return "public";
  return answers.includes("private") ? "private" : "unknown";
}

async function askServers(domain: string): Promise<Existence> {
  const resolver = new Resolver({ timeout: patience / 2, tries: 2 });
  try {
    const { hostmaster } = await resolver.resolveSoa(domain);
    return hostmaster === ownMailbox ? "unknown" : "public";
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENODATA") return "public";
    return code === "ENOTFOUND" ? "private" : "unknown";
  }
}
