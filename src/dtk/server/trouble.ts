/** What can be wrong with the server that dtk configures, in words. */
import { authority } from "../../records/network.ts";
import { TroubleError } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";

/** No server answers. */
export function noServer(port: number, hosts: readonly string[]): TroubleError {
  const message = `No hostsfile-server answers on port ${port} of ${hosts.join(" or ")}.`;
  const hint = "Run this again once it is started, or add --wait-server to wait for it. Start it:";
  const command = platform.commands.asRoot(`hostsfile-server --port=${port}`);
  return new TroubleError({ code: "no-server", message, hint, command }, { exitCode: 3 });
}

/** Something else has the port. */
export function strangerOnPort(found: { readonly url: string; readonly stranger: string }): TroubleError {
  const message = `Not hostsfile-server but ${found.stranger} answers at ${found.url}.`;
  const start = platform.commands.asRoot("hostsfile-server --port=5353");
  const hint = `Start hostsfile-server on another port (${start}) and name it as dns.webhook-port in config.yaml.`;
  return new TroubleError({ code: "port-of-another", message, hint }, { exitCode: 3 });
}

/** The server wants a token. */
export function tokenWanted(url: string): TroubleError {
  const message = `The server at ${url} wants a token.`;
  const hint = "Name the file that it was started with: --token-file FILE, or dns.token-file in config.yaml.";
  return new TroubleError({ code: "token-needed", message, hint }, { exitCode: 3 });
}

/** Something listens and says nothing. */
export function serverSilent(url: string, cause: unknown): TroubleError {
  const message = `The server at ${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`;
  const hint = "See its log, or restart it; if another program has the port, name the server's as dns.webhook-port.";
  return new TroubleError({ code: "server-unreachable", message, hint }, { exitCode: 3, cause });
}

/** The server said no. */
export function notTaken(answer: {
  readonly url: string;
  readonly status: number;
  readonly text: string;
}): TroubleError {
  const message = `The server at ${answer.url} answered ${answer.status}: ${answer.text.trim().slice(0, 300)}`;
  const hint = "See the server's log, and:";
  const command = "hostsfile-server status";
  return new TroubleError({ code: "server-refused", message, hint, command }, { exitCode: 3 });
}

/** The server took a setting and does not have it. */
export function settingLost(sentences: readonly string[]): TroubleError {
  const message = `The server took its settings and still lacks some: ${sentences.join("; ")}.`;
  const hint = "Does something else configure the same cluster? See:";
  const command = "hostsfile-server status";
  return new TroubleError({ code: "setting-lost", message, hint, command }, { exitCode: 3 });
}

/** The server does not listen where the cluster will call. */
export function serverElsewhere(given: {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}): TroubleError {
  const { host, port, url } = given;
  const message = `The server answers at ${url} but not at http://${authority(host, port)}, where the cluster would call it.`;
  const hint = `Start it without --host, or with --host=${host}; or name another address as dns.host-ip in config.yaml.`;
  return new TroubleError({ code: "server-elsewhere", message, hint }, { exitCode: 3 });
}
