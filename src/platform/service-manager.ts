/** The port to what keeps services running on a machine: systemd today, and others in folders of their own. */
import type { RunOptions, Ran } from "../base/process.ts";
import type { Trouble } from "../base/trouble.ts";
import type { ListenAddress } from "../records/listen-address.ts";
import type { PassedSocket } from "./passed-sockets.ts";
import type { PortHolder } from "./port-holder.ts";
import type { UserServices } from "./user-services.ts";

/** What a predecessor was started with, by the names of its flags without dashes; switches are `true`. */
export type PredecessorFlags = Readonly<
  Partial<Record<"cluster-ip" | "port" | "domains" | "dry-run" | "debug", string>>
>;

/** Where the server listens. */
export interface ListenPlace {
  readonly port: number;
  /** All addresses of both families when undefined. */
  readonly host: string | undefined;
}

/** A file that makes the service known to its manager. */
export interface ServiceFile {
  readonly path: string;
  readonly content: string;
}

/** The service as it should be. */
export interface WantedService {
  /** The command line up to the subcommand; undefined where a package brings the service's files. */
  readonly command: readonly string[] | undefined;
  /** Whether the server itself can tell its manager how it is. */
  readonly canNotify: boolean;
  readonly listen: ListenPlace;
  /** Where its DNS responder listens. */
  readonly responder: readonly ListenAddress[];
  /** What has to be done with all powers each time before it starts. */
  readonly preparation?: ServicePreparation | undefined;
}

/** What the service itself, which has no powers, cannot do. */
export interface ServicePreparation {
  /** A script for sh. */
  readonly script?: string | undefined;
  /** Folders in which the service may then write. */
  readonly writable?: readonly string[] | undefined;
  /** Whether it opens sockets of the Internet families, as to ask DNS servers. Else it has only those that it is given. */
  readonly opensSockets: boolean;
}

/** The service as it is, before anything is done. */
export interface PresentService {
  /** Where it listens, as {@link ServiceManager.placeText} writes it; undefined when there is none. */
  readonly place: string | undefined;
  /** Whether the manager holds the port now. */
  readonly isListening: boolean;
  /** Its process, ours or a predecessor's, while it runs. */
  readonly pid: number | undefined;
  /** What a predecessor of the same name was started with, if there is one. */
  readonly predecessor: PredecessorFlags | undefined;
}

/** How an installed service does. */
export interface ServiceState {
  /** `failing`: it should run, and does not stay up. */
  readonly activity: "running" | "stopped" | "failing";
  /** How its last process ended, as in `exit code 2`. */
  readonly lastEnd: string;
  /** How often it was started again. */
  readonly restarts: number;
  readonly startsAtBoot: boolean;
}

/** What to type, word by word, as root where it changes something. */
export interface ServiceCommands {
  readonly start: readonly string[];
  readonly stop: readonly string[];
  readonly restart: readonly string[];
  /** Lets it read its settings again. */
  readonly reload: readonly string[];
  /** Starts it at boot from now on. */
  readonly enable: readonly string[];
  /** Starts it now and at boot. */
  readonly enableNow: readonly string[];
  /** Shows where it listens. */
  readonly status: readonly string[];
  /** Shows what it says. */
  readonly log: readonly string[];
  /** Shows the last lines of that. */
  readonly recentLog: readonly string[];
  /** Changes where it listens, in turn. */
  readonly changePlace: readonly (readonly string[])[];
  /** Stops a service of somebody else, now and at boot. */
  readonly stopOther: (service: string) => readonly string[];
}

/** What a change needs so that it counts: nothing, the program anew, the sockets of its responder too, or the port anew. */
export type ServiceChange = "nothing" | "program" | "responder" | "place";

/** The manager as the server's own process sees it. */
export interface Supervisor extends AsyncDisposable {
  /** The descriptor of a socket that listens already. */
  readonly descriptor: number | undefined;
  /** Looks where the sockets are that are open for the DNS responder. */
  readonly responderSockets: () => readonly PassedSocket[];
  /** Whether a manager waits to be told. */
  readonly isThere: boolean;
  /** The server answers; from now on it also says regularly that it is alive, for as long as `isAlive` says so. */
  readonly ready: (status: string, isAlive?: () => boolean) => Promise<void>;
  readonly reloading: () => Promise<void>;
  readonly stopping: () => Promise<void>;
}

/** Runs a program that changes nothing. */
export type ProgramReader = (program: string, parameters: readonly string[], options?: RunOptions) => Promise<Ran>;

export interface ServiceManager {
  /** As in `systemd`. */
  readonly name: string;
  /** What it calls the service, as in `hostsfile-server.service`. */
  readonly service: string;
  /** What it calls the part that holds the port. */
  readonly portHolder: string;
  /** How the settings file is written, with its source: `systemd.exec(5) EnvironmentFile=`. */
  readonly settingsFormat: string;
  readonly commands: ServiceCommands;
  /** Undefined where users have no services of their own. */
  readonly ofUsers?: UserServices | undefined;
  /**
   * Why it cannot be used on this machine.
   *
   * @param serve - what starts the server without it
   */
  readonly findObstacle: (serve: string) => Trouble | undefined;
  /**
   * Looks for `install`; nothing is changed.
   *
   * @param isPackaged - whether a package brings the service's files
   */
  readonly findPresent: (isPackaged: boolean) => Promise<PresentService>;
  /** Looks for `doctor`; undefined where the service is not installed. */
  readonly findState: (look: ProgramReader) => Promise<ServiceState | undefined>;
  readonly placeText: (listen: ListenPlace) => string;
  /**
   * The files that make the service known.
   *
   * @param isMoved - whether it listens elsewhere than now
   */
  readonly filesOf: (wanted: WantedService, isMoved: boolean) => readonly ServiceFile[];
  /** Paths of the files that are there only where they are needed. */
  readonly optionalFiles: readonly string[];
  /** Paths of the files that say where the responder listens. */
  readonly responderFiles: readonly string[];
  /** Paths of every file that makes the service known, whether it is there or not. */
  readonly ownPaths: readonly string[];
  /** Paths of a service that `install` put there and that a package now takes the place of. */
  readonly findReplaced: (programFolder: string) => Promise<readonly string[]>;
  /** Finds the program that had a port of the responder when the manager could not open it. */
  readonly findTakenPort: (port: number, transport: "tcp" | "udp") => Promise<PortHolder | undefined>;
  /**
   * Reads the service's files again and runs it, now and at boot.
   *
   * @param hasResponder - whether sockets are opened for its DNS responder
   * @throws TroubleError (exit 3) with the manager's own words
   */
  readonly run: (change: ServiceChange, hasResponder: boolean) => Promise<void>;
  /** Stops the service and gives its port back; from then on nothing starts it. One that is not there is fine. */
  readonly stop: () => Promise<void>;
  /**
   * Forgets the service after its files were removed.
   *
   * @throws TroubleError (exit 3) with the manager's own words
   */
  readonly forget: () => Promise<void>;
  /** Keeps a copy of a predecessor's service and takes it out. */
  readonly setPredecessorAside: (copy: string) => Promise<void>;
  /** Puts a predecessor's service back, stopped; returns its path. */
  readonly restorePredecessor: (copy: string) => Promise<string>;
  /**
   * Reads what the manager told this process in the environment, and takes it out, so that no child process takes it for
   * its own.
   *
   * @throws TroubleError (exit 3) when the manager passes what the server cannot use
   */
  readonly findSupervisor: (environment: NodeJS.Dict<string>, pid: number) => Supervisor;
  /** Whether a descriptor of this process leads to the manager's own log, which adds time and level itself. */
  readonly isLog: (environment: NodeJS.Dict<string>, descriptor: number) => boolean;
  /** The prefix that gives a line of that log its level. */
  readonly logPrefix: (level: "debug" | "info" | "warning" | "error") => string;
}
