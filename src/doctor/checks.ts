/** Every check of `doctor`, a line each: a cause stands before what it keeps from working, so that the true fault is named first. */
import type { Check } from "./check.ts";
import { serverAnswers } from "./checks/server-answers.ts";

export const checks: readonly Check[] = [
  // The server
  serverAnswers,
  // The hosts file
  // The resolver
  // ExternalDNS and the cluster
  // The way to the cluster
];
