/** What a check of `doctor` is: it looks at one part of the way from an Ingress to a resolving name, and changes nothing. */
import type { Status } from "../control/status.ts";
import type { KubernetesAPI } from "../cluster/kubernetes/api.ts";
import type { RunOptions, Ran } from "../process.ts";
import type { Trouble } from "../trouble.ts";

/** From what is fine to what keeps a name from resolving; `skipped` when a check that it needs found a problem. */
export type Grade = "ok" | "note" | "warning" | "problem" | "skipped";

/** A mending that `doctor --fix` may do by itself: it takes nothing of the user's away and can be done twice. */
export interface Fix {
  /** The command line that a person would type. */
  readonly command: string;
  readonly apply: () => Promise<void>;
}

export interface Finding extends Trouble {
  readonly grade: Exclude<Grade, "skipped">;
  /** Absent where only a person can decide; `hint` says in any case what to type. */
  readonly fix?: Fix;
  /** Nothing is wrong, and yet what needs this check has nothing to look at: it is skipped as after a problem. */
  readonly isDeadEnd?: true;
}

/** Where the parts are that are looked at. Each look is made once, however many checks ask for it. */
export interface Desktop {
  readonly hostsFile: string;
  readonly stateFolder: string;
  /** The port of the server. */
  readonly port: number;
  /** The status of the running server; undefined when none answers; throws TroubleError when something else does. */
  readonly status: () => Promise<Status | undefined>;
  /** The cluster's API; throws TroubleError when there is no kubeconfig or no cluster answers. */
  readonly kubernetes: () => Promise<KubernetesAPI>;
  /** The bytes of a file, undefined when it is missing; throws when it cannot be read. */
  readonly readFile: (path: string) => Promise<Buffer | undefined>;
  readonly run: (program: string, parameters: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Aborted when the doctor has waited long enough. */
  readonly signal: AbortSignal;
}

export interface Check {
  /** Kebab-case, as in `hosts-file-writable`. */
  readonly id: string;
  /** What is looked at, as in `The hosts file can be written`. */
  readonly title: string;
  /** The checks without whose success this one says nothing. */
  readonly needs: readonly string[];
  /** At least one finding; the first of the gravest grade stands for the check. */
  readonly run: (desktop: Desktop) => Promise<readonly Finding[]>;
}
