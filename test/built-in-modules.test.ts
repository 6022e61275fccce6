/** The bundles take Node's own modules without reading every export of them. */
import { expect, test } from "vitest";
import { takeBuiltInModules } from "../scripts/built-in-modules.ts";

const got = (name: string): string => `globalThis.process.getBuiltinModule("${name}")`;

test.each([
  ['import { readFileSync } from "node:fs";', `const { readFileSync } = ${got("node:fs")};`],
  [
    'import {\n  open as open2,\n  rm\n} from "node:fs/promises";',
    `const {\n  open: open2,\n  rm\n} = ${got("node:fs/promises")};`,
  ],
  ['import http2 from "node:http";', `const http2 = ${got("node:http")};`],
  ['import * as net from "node:net";', `const net = ${got("node:net")};`],
  [
    'import tls, { connect } from "node:tls";',
    `const tls = ${got("node:tls")}; const { connect } = ${got("node:tls")};`,
  ],
  ['import { a } from "./chunk.js";', 'import { a } from "./chunk.js";'],
  ['import "./chunk.js";\nimport os from "node:os";', `import "./chunk.js";\nconst os = ${got("node:os")};`],
  ['const fs = require("node:fs");', 'const fs = require("node:fs");'],
])("%s", (code, expected) => {
  expect(takeBuiltInModules(code)).toBe(expected);
});

test.each(['import "node:fs";', 'import { default as fs } from "node:fs";', 'import fs from "node:fs" with {};'])(
  "%s is not guessed at",
  (code) => {
    expect(() => takeBuiltInModules(code)).toThrow(code);
  },
);
