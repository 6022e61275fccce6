/** What to type so that systemd does something with the service (systemctl(1), journalctl(1)). */
import type { ServiceCommands } from "../service-manager.ts";
import { serviceUnitName, socketUnitName } from "./names.ts";

const log = ["journalctl", "--unit", serviceUnitName];

/** Both units together: a service whose socket stays is started by the next caller. */
export const systemdCommands: ServiceCommands = {
  start: ["systemctl", "start", socketUnitName, serviceUnitName],
  stop: ["systemctl", "stop", socketUnitName, serviceUnitName],
  restart: ["systemctl", "restart", serviceUnitName],
  reload: ["systemctl", "reload", serviceUnitName],
  enable: ["systemctl", "enable", serviceUnitName, socketUnitName],
  enableNow: ["systemctl", "enable", "--now", serviceUnitName],
  status: ["systemctl", "status", socketUnitName],
  log,
  recentLog: [...log, "--lines", "20"],
  changePlace: [
    ["systemctl", "edit", "--full", socketUnitName],
    ["systemctl", "restart", socketUnitName],
  ],
  stopOther: (service) => ["systemctl", "disable", "--now", service],
};
