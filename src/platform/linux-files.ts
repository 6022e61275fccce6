/** Files in which Linux and its usual programs say how a machine is set up; other systems have none of them. */
import { join } from "node:path";

/** Which sources the C library asks for a name (nsswitch.conf(5)). */
export const nsswitchFile = "/etc/nsswitch.conf";

/** Which servers programs with a resolver of their own ask (resolv.conf(5)). */
export const resolvConfFile = "/etc/resolv.conf";

/** systemd-resolved's own settings (resolved.conf(5)). */
export const resolvedFile = "/etc/systemd/resolved.conf";

/** The folders of its drop-ins, in the order of systemd.unit(5): of files with one name, that of the first folder counts. */
export const resolvedFolders = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((root) =>
  join(root, "systemd/resolved.conf.d"),
);

/** Lets it read its settings again. */
export const restartResolved = "systemctl restart systemd-resolved";

/** Docker's own settings (dockerd(8), `--config-file`). */
export const dockerSettingsFile = "/etc/docker/daemon.json";

/** Lets Docker read its settings again. */
export const restartDocker = "systemctl restart docker";

/** The network interface of Docker's usual bridge. */
export const dockerBridge = "docker0";

/** Only there while systemd-resolved runs. */
export const resolvedSign = "/run/systemd/resolve/stub-resolv.conf";

/** One of them is there while nscd runs. */
export const nscdSockets = ["/run/nscd/socket", "/var/run/nscd/socket"];

/** The users of the machine (passwd(5)). */
export const usersFile = "/etc/passwd";

/** Where the kubeconfig of root itself is. */
export const rootKubeconfig = "/root/.kube/config";

/** Says whether SELinux enforces its rules. */
export const selinuxModeFile = "/sys/fs/selinux/enforce";

/** Says whether ufw is on (ufw(8)). */
export const ufwFile = "/etc/ufw/ufw.conf";

/** Says how a Linux inside Windows is set up (learn.microsoft.com/windows/wsl/wsl-config). */
export const wslSettingsFile = "/etc/wsl.conf";

/** Settings of cloud-init (cloudinit.readthedocs.io). */
export const cloudSettingsFile = "/etc/cloud/cloud.cfg";

/** The mounts that this process sees (proc_pid_mountinfo(5)). */
export const mountsFile = "/proc/self/mountinfo";

/** The files that this process has mapped (proc_pid_maps(5)). */
export const mapsFile = "/proc/self/maps";

/** The limits of this process (proc_pid_limits(5)). */
export const limitsFile = "/proc/self/limits";

/** The state of a process (proc_pid_status(5)). */
export function statusFileOf(pid: number): string {
  return `/proc/${pid}/status`;
}

/** The environment that a process was started with (proc_pid_environ(5)). */
export function environmentFileOf(pid: number): string {
  return `/proc/${pid}/environ`;
}
