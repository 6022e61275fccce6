/** What a check of `doctor` is: it looks at one part of the way from an Ingress to a resolving name, and changes nothing. */
import type { Status } from "../contract/status.ts";
import type { TeamWritings } from "../contract/writing.ts";
import type { KubernetesAPI } from "../kubernetes/api.ts";
import type { ClusterPlace } from "../kubernetes/place.ts";
import type { RunOptions, Ran } from "../base/process.ts";
import { type Trouble, toTrouble } from "../base/trouble.ts";
import type { Platform } from "../platform/platform.ts";

/** From what is fine to what keeps a name from resolving. */
export type FindingGrade = "ok" | "note" | "warning" | "problem";

/** `skipped` when a check that it needs found a problem. */
export type Grade = FindingGrade | "skipped";

/** A repair that `doctor --fix` may do. It removes nothing of the user's and can be done twice. */
export interface Fix {
  /** Commands, word by word, run in turn: what is shown is what is run. Without sudo, since `needsRoot` says that. */
  readonly commands: readonly (readonly string[])[];
  readonly needsRoot: boolean;
}

export type Finding =
  /** One sentence; shown short. */
  | {
      readonly grade: "ok";
      readonly message: string;
      /** Who wrote a name of a team, where the sentence says it. */
      readonly writings?: TeamWritings;
    }
  | (Trouble & {
      readonly grade: "note" | "warning" | "problem";
      /** Absent where only a person can decide; `hint` and `command` say in any case what to do. */
      readonly fix?: Fix;
      /** Nothing is wrong, and yet what needs this check has nothing to look at: it is skipped as after a problem. */
      readonly isDeadEnd?: true;
    });

/** Where the parts are that are looked at. Each look is made once, however many checks ask for it. */
export interface Desktop {
  /** An absolute path, as it was given. */
  readonly hostsFile: string;
  readonly stateFolder: string;
  /** The port of the server. */
  readonly port: number;
  /** What this operating system is like. */
  readonly platform: Platform;
  /** Whether the doctor runs as root. */
  readonly isRoot: boolean;
  /** The status of the running server; undefined when none answers; throws TroubleError when something else does. */
  readonly status: () => Promise<Status | undefined>;
  /** What the server answers to a GET of a path, with the admin token; as {@link Desktop.status}. */
  readonly ask: (path: string) => Promise<string | undefined>;
  /**
   * The domains that the server allows to the watcher of the user who runs this, by the watch token in that user's folder;
   * undefined without such a token; throws TroubleError when the server does not take it.
   */
  readonly allowedDomains: () => Promise<readonly string[] | undefined>;
  /** Which cluster is meant, as it was given. */
  readonly place: ClusterPlace;
  /** The cluster's API, or that of another context of the kubeconfig; throws TroubleError when there is no kubeconfig. */
  readonly kubernetes: (context?: string) => Promise<KubernetesAPI>;
  /** The bytes of a file, undefined when it is missing; throws when it cannot be read. */
  readonly readFile: (path: string) => Promise<Buffer | undefined>;
  /** Runs a program that changes nothing; ended after 5 s unless `timeout` says otherwise. */
  readonly run: (program: string, parameters: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Makes a look that several checks share, once: the function itself is the key. */
  readonly once: <Value>(look: (desktop: Desktop) => Promise<Value>) => Promise<Value>;
  /** Aborted when the doctor has waited long enough. */
  readonly signal: AbortSignal;
}

export interface Check {
  /** Kebab-case, as in `hosts-file-writable`. */
  readonly id: string;
  /** What is looked at, as in `The hosts file can be written`. */
  readonly title: string;
  /** The checks without whose success this one says nothing. They come before it in the list. */
  readonly needs: readonly string[];
  /** Set where it passes on what others say: a finding is left out when another check has one with its code. */
  readonly isHearsay?: true;
  /** At least one finding; the gravest grade is the check's. A TroubleError that is thrown is a problem found. */
  readonly run: (desktop: Desktop) => Promise<readonly Finding[]>;
}

/** What came of a check. */
export type CheckOutcome = Pick<Check, "id" | "title"> &
  (
    | { readonly grade: FindingGrade; readonly findings: readonly Finding[] }
    /** The titles of the checks that found what must be repaired first. */
    | { readonly grade: "skipped"; readonly because: readonly string[] }
  );

const grades = { error: "problem", warning: "warning", info: "note" } as const;

/** The finding of a trouble, with the grade that its severity has unless another is given. */
export function findingOf(trouble: Trouble, grade?: Exclude<FindingGrade, "ok">): Finding {
  const { severity = "error", ...rest } = trouble;
  return { ...toTrouble(rest), grade: grade ?? grades[severity] };
}

/** A finding that all is well. */
export function ok(message: string): Finding & { readonly grade: "ok" } {
  return { grade: "ok", message };
}
