/** Names what has the server's port when it is not the server. Pure. */
import type { HTTPAnswer } from "../base/request.ts";

/**
 * Describes another server by what it answered: a container registry by its API header, macOS's AirPlay receiver and
 * others by the header `Server`, a hostsfile-server that does not know us by its own words.
 */
export function describeStranger(answers: readonly Pick<HTTPAnswer, "status" | "text" | "headers">[]): string {
  const headers = answers.map((answer) => answer.headers);
  if (headers.some((each) => "docker-distribution-api-version" in each)) return "a container registry";
  const software = headers.map(({ server }) => server?.toString()).find((name) => name !== undefined);
  if (software?.startsWith("AirTunes") === true) return "macOS's AirPlay receiver";
  if (software !== undefined) return `another server (${software.slice(0, 80)})`;
  const [first] = answers;
  const said = first?.text.trim().split("\n")[0]?.slice(0, 120) ?? "";
  return `another server (it answers ${first?.status ?? "nothing"}${said === "" ? "" : `: ${said}`})`;
}
