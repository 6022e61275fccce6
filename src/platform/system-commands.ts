/** What people are told to type that differs from one operating system to another, each as one line for a shell. */

export interface SystemCommands {
  /** Runs a command line as an administrator. */
  readonly asRoot: (line: string) => string;
  readonly endProcess: (pid: number) => string;
  /** Shows which program listens on a TCP port; without one, on every port. */
  readonly showListeners: (port?: number) => string;
  /** Puts a plain file in the place of a link to it. */
  readonly replaceLink: (real: string, path: string) => string;
  readonly giveToRoot: (path: string) => string;
  /** Shows which programs have a file open. */
  readonly showUsers: (path: string) => string;
}
