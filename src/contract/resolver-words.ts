/** Words for how the system resolver is told our domains, for texts that people read. */
import type { Status } from "./status.ts";

type Domain = NonNullable<Status["resolver"]>["domains"][number];

/** How much of a domain the resolver asks us about, behind its name. */
export function describeRouting({ routing, routes }: Pick<Domain, "routing" | "routes">): string {
  switch (routing) {
    case "whole":
      return "all of it";
    case "taken":
      return "all of it, so names of others in it are gone";
    case "parts":
      return `${routes.join(", ") || "nothing yet"}, since it may have names of others`;
    case "untold":
      return "not told";
    default:
      return routing;
  }
}
