/** What the product needs of a logger; pino's has this shape, and a test can bring a list. */

type Write = (fields: object, message: string) => void;

export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
