/** What differs from one operating system to another, as one table: supporting another system means adding one. */
import type { Places } from "./places.ts";
import type { ServiceManager } from "./service-manager.ts";
import type { SystemCommands } from "./system-commands.ts";

export interface Platform {
  readonly places: Places;
  readonly services: ServiceManager;
  readonly commands: SystemCommands;
}
