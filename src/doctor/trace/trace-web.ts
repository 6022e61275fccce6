/** The last step of a trace: knocks where a name leads, and asks for its page as a browser would. */
import { probeAddress } from "../../kubernetes/cluster-ip/probe.ts";
import { parseAddress } from "../../records/address.ts";
import { sendRequest } from "../../base/request.ts";
import { type Finding, ok } from "../check.ts";
import { judgeCertificate, lookAtCertificate } from "../checks/cluster-certificate.ts";

/** Milliseconds. */
const patience = 3000;

/** Looks at the addresses that a name is shown with: the first counts, as for most programs. */
export async function traceWeb(name: string, [first]: readonly string[]): Promise<readonly Finding[]> {
  const address = first === undefined ? undefined : parseAddress(first);
  if (address === undefined) return [ok(`${name} has no address to try.`)];
  const [http, https] = await Promise.all([probeAddress(address, [80]), probeAddress(address, [443])]);
  if (http !== "open" && https !== "open") return [silent(name, address, http === "closed" || https === "closed")];
  const seen = https === "open" ? await lookAtCertificate(name, address) : undefined;
  return [
    ...(http === "open" ? [judgePage(name, await askForPage(name, address))] : [ok(`${address} answers on port 443.`)]),
    ...(seen === undefined ? [] : [judgeCertificate(seen)]),
  ];
}

function silent(name: string, address: string, isThere: boolean): Finding {
  return isThere
    ? {
        grade: "problem",
        code: "cluster-ip-closed",
        message: `${name} leads to ${address}, where nothing listens on port 80 or 443.`,
        hint: "Start an ingress controller that listens there, and see:",
        command: "kubectl get pods -A",
      }
    : {
        grade: "problem",
        code: "cluster-ip-silent",
        message: `${name} leads to ${address}, which does not answer at all.`,
        hint: "Is the cluster's machine running, and is this still its address? See:",
        command: "kubectl get nodes -o wide",
      };
}

/** Undefined when it does not answer as a web server does. */
async function askForPage(name: string, host: string): Promise<number | undefined> {
  const request = { host, port: 80, method: "GET", path: "/", headers: { host: name }, patience } as const;
  return sendRequest(request).then(
    ({ status }) => status,
    () => undefined,
  );
}

/** Judges the status of the page; 404 is what ingress controllers say to a host that they do not know. */
export function judgePage(name: string, status: number | undefined): Finding {
  if (status === undefined) {
    const message = `http://${name} is connected, and no page comes.`;
    const hint = "See how the ingress controller does:";
    const command = "kubectl get pods -A";
    return { grade: "warning", code: "name-without-page", message, hint, command };
  }
  if (status !== 404 && status < 500) {
    return ok(`http://${name} answers ${status}. A browser that shows nothing may ask a DNS server of its own.`);
  }
  const message = `http://${name} answers ${status}${status === 404 ? ": the ingress controller may not know the name" : ""}.`;
  const hint = "See its Ingress and what is behind it:";
  const command = "kubectl get ingress,service,endpoints -A";
  return { grade: "warning", code: "name-without-page", message, hint, command };
}
