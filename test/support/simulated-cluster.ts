/** A program of its own with a simulated cluster that has one Ingress, for tests whose watcher lives in another network. */
import { startSimulatedAPI } from "../../src/sources/kubernetes/simulated-api.ts";
import { ingressKind } from "../../src/sources/kubernetes/translate/ingress.ts";
import { kinds } from "../../src/sources/kubernetes/translate/kinds.ts";

const [port = "0", host = "foo.dtk.io"] = process.argv.slice(2);
const api = await startSimulatedAPI(kinds, Number(port));
api.apply(ingressKind, { metadata: { name: "test", namespace: "default" }, spec: { rules: [{ host }] } });
process.stdout.write(`${api.url}\n`);
