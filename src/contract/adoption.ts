/** The shapes of `GET` and `POST /adopt`; one home for their writer and their readers. */
import * as z from "zod/mini";

const editSchema = z.object({
  /** Counted from 1. */
  line: z.number(),
  /** `wanted`: a cluster has the names; `stale`: they lie in a managed domain, and no cluster asks for them. */
  kind: z.enum(["wanted", "stale"]),
  names: z.array(z.string()),
  before: z.string(),
  /** Null when nothing of the line is left. */
  after: z.nullable(z.string()),
});

/** What could be taken over. */
export const adoptionPlanSchema = z.object({
  hostsFile: z.string(),
  /** Whether the server writes nothing, as with --dry-run. */
  dryRun: z.boolean(),
  /** Says which file this is about; to be sent back. */
  userPart: z.string(),
  edits: z.array(editSchema),
  /** The lines that the managed block gets for the wanted names. */
  block: z.array(z.string()),
  /** Clusters with managed domains that have not been heard of, so that it is not known what they ask for. */
  silent: z.array(z.string()),
});

/** What is agreed to. */
export const adoptionRequestSchema = z.object({ userPart: z.string(), names: z.array(z.string()) });

/** What was done. */
export const adoptionResultSchema = z.object({
  edits: z.array(editSchema),
  /** Path of the copy of the file as it was. */
  copy: z.nullable(z.string()),
});

export type AdoptionEdit = z.infer<typeof editSchema>;
export type AdoptionPlanAnswer = z.infer<typeof adoptionPlanSchema>;
export type AdoptionResult = z.infer<typeof adoptionResultSchema>;
