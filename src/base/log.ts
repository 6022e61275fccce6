/** What the product needs of a logger; pino's has this shape, and a test can bring a list. */

/** What an event has beside its sentence: its stable kebab-case code, which docs/troubleshooting.md has an entry for, and more. */
export interface EventFields {
  readonly code: string;
  readonly [field: string]: unknown;
}

type Write = (fields: EventFields, message: string) => void;

export interface Log {
  readonly debug: (fields: object, message: string) => void;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
