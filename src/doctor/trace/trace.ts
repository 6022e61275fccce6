/**
 * Traces one name through every part, from the resource that asks for it to the page behind it. Each step needs the one
 * before, so that the first step that fails is where the name stops.
 */
import type { Check } from "../check.ts";
import { nsswitch } from "../checks/nsswitch.ts";
import { serverAnswers } from "../checks/server-answers.ts";
import { answered, lookForAnswering, ownerOf } from "./trace-answer.ts";
import { askedFor, lookForSources, sourcesOf } from "./trace-cluster.ts";
import { addressesOf, inFile, resolved } from "./trace-file.ts";
import { managed, sent, shown } from "./trace-server.ts";
import { seen } from "./trace-watch.ts";
import { traceWeb } from "./trace-web.ts";

/**
 * Makes the steps for a name.
 *
 * @param name - lower case, without trailing dot
 */
export function traceSteps(name: string): readonly Check[] {
  const look = lookForSources(name);
  const answering = lookForAnswering(name);
  const steps: readonly Omit<Check, "needs">[] = [
    {
      id: "name-asked-for",
      title: `A resource of the cluster asks for ${name}`,
      run: async (desktop) => askedFor(desktop, name, look, answering),
    },
    serverAnswers,
    { id: "name-managed", title: `${name} lies in a managed domain`, run: async (desktop) => managed(desktop, name) },
    {
      id: "name-answered",
      title: `Nothing hides ${name}`,
      run: async (desktop) => answered(desktop, name, answering),
    },
    {
      id: "name-seen",
      title: `What feeds the cluster sees ${name}`,
      run: async (desktop) => seen(desktop, await sourcesOf(desktop, look)),
    },
    {
      id: "name-sent",
      title: `${name} was sent to the server`,
      run: async (desktop) => sent(desktop, await ownerOf(desktop, answering, name)),
    },
    {
      id: "name-shown",
      title: `The server shows ${name}`,
      run: async (desktop) => shown(desktop, await ownerOf(desktop, answering, name)),
    },
    {
      id: "name-in-file",
      title: `The hosts file has ${name}`,
      run: async (desktop) => inFile(desktop, name, await ownerOf(desktop, answering, name)),
    },
    nsswitch,
    {
      id: "name-resolved",
      title: `Programs resolve ${name}`,
      run: async (desktop) => resolved(desktop, name, await ownerOf(desktop, answering, name)),
    },
    {
      id: "name-reached",
      title: `A page comes for ${name}`,
      run: async (desktop) => traceWeb(name, await addressesOf(desktop, name, await ownerOf(desktop, answering, name))),
    },
  ];
  return steps.map((step, index) => ({
    ...step,
    needs: steps.slice(index === 0 ? 0 : index - 1, index).map(({ id }) => id),
  }));
}
