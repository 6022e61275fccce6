/** Bodies for the webhook's two posts: right ones, nearly right ones, and bytes of any kind, each from a seed. */
import fc from "fast-check";

/** Texts that programs trip over. */
const oddText = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "*",
    "*.dtk.io",
    "_a.dtk.io",
    "localhost",
    "dtk.io",
    "evildtk.io",
    "a.dtk.io.",
    "xn--a.dtk.io",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "bücher.dtk.io",
    "a.dtk.io\n6.6.6.6 b.dtk.io",
    "a\u0000b",
    "\u202e",
    "\ud800",
  ),
  fc.nat(50).map((index) => `n${index}.dtk.io`),
  fc.nat(2000).map((length) => `${"a".repeat(length)}.dtk.io`),
  fc.string({ unit: "binary", maxLength: 20 }),
);

const target = fc.oneof(fc.ipV4(), fc.ipV6(), oddText, fc.constantFrom("0.0.0.0", "fe80::1%eth0", "127.0.0.1", "::"));

/** A value as JSON text, so that it can be what JSON.stringify would never write. */
const anyValue = fc.oneof(
  fc.json(),
  fc.constantFrom(
    "null",
    "1e999",
    "-0",
    "9007199254740993",
    "[]",
    "{}",
    '{"__proto__":{"a":1}}',
    '"\\ud800"',
    '{"a":1,"a":2}',
  ),
  fc.nat(3000).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
);

function orAny(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: value.map((each) => JSON.stringify(each)) },
    { weight: 1, arbitrary: anyValue },
  );
}

const endpoint = fc
  .record(
    {
      dnsName: orAny(oddText),
      recordType: orAny(fc.constantFrom("A", "AAAA", "CNAME", "TXT", "MX", "a", "")),
      targets: orAny(fc.array(target, { maxLength: 5 })),
      setIdentifier: orAny(oddText),
      recordTTL: orAny(fc.integer()),
      labels: orAny(fc.dictionary(oddText, oddText, { maxKeys: 3 })),
      providerSpecific: orAny(fc.array(fc.record({ name: oddText, value: oddText }), { maxLength: 2 })),
      unknown: anyValue,
    },
    { requiredKeys: ["dnsName", "recordType"] },
  )
  .map(
    (members) =>
      `{${Object.entries(members)
        .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
        .join(",")}}`,
  );

/** Some entries, now and then very many times. */
const list = fc
  .tuple(
    fc.array(fc.oneof({ weight: 6, arbitrary: endpoint }, { weight: 1, arbitrary: anyValue }), { maxLength: 8 }),
    fc.oneof({ weight: 30, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 100, max: 5000 }) }),
  )
  .map(([entries, times]) =>
    `[${Array.from({ length: times }, () => entries)
      .flat()
      .join(",")}]`.slice(0, 8_000_000),
  );

const listOrNull = fc.oneof({ weight: 8, arbitrary: list }, { weight: 1, arbitrary: anyValue });

const changes = fc
  .array(
    fc.tuple(
      fc.constantFrom("create", "Create", "updateOld", "UpdateOld", "updateNew", "delete", "Delete", "other"),
      listOrNull,
    ),
    { maxLength: 4 },
  )
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(",")}}`);

/** What is done to the bytes of a body: at a place, so many go, and these come. */
const damage = fc.tuple(
  fc.nat(),
  fc.nat(20),
  fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom(...'[ ] { } : , \\ "'.split(" ").map((each) => Buffer.from(each))),
  ),
);

function damaged([text, damages]: readonly [string, readonly (readonly [number, number, Uint8Array])[]]): Buffer {
  let bytes: Buffer = Buffer.from(text);
  for (const [place, gone, come] of damages) {
    const at = place % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, at), come, bytes.subarray(at + gone)]);
  }
  return bytes;
}

export interface FuzzedPost {
  readonly path: "/adjustendpoints" | "/records";
  readonly body: Buffer;
}

/** A post with a body: mostly by the grammar, some of them with damaged bytes, some of any bytes. */
export const fuzzedPost: fc.Arbitrary<FuzzedPost> = fc.record({
  path: fc.constantFrom("/adjustendpoints", "/records"),
  body: fc.oneof(
    { weight: 5, arbitrary: fc.oneof(list, changes).map((text) => Buffer.from(text)) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.oneof(list, changes), fc.array(damage, { minLength: 1, maxLength: 4 })).map(damaged),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)) },
  ),
});
