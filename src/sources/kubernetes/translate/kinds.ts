/** The kinds whose objects give names: a new one is a file of its own and a line here. */
import { ingressKind } from "./ingress.ts";
import type { Kind } from "./kind.ts";
import { serviceKind } from "./service.ts";

const translated: readonly Kind[] = [ingressKind, serviceKind];

/** Every kind to watch: those that give names, and those that they look at. */
export const kinds: readonly Kind[] = [...new Set(translated.flatMap((kind) => [kind, ...kind.looksAt]))];
