/** Writes src/etcd/messages.ts, which reads and writes etcd's messages, from src/etcd/etcd.proto. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const folder = join(root, "src", "etcd");

/** Where the generated code is. */
export const codecPath = join(folder, "messages.ts");

const opening = `/** The messages of etcd that this program uses, written and read: made from etcd.proto by scripts/etcd-codec.ts. */\n`;

/** Options of ts-proto: identifiers of clusters pass 2^53, and everything else keeps the code small. */
const options = [
  "forceLong=bigint",
  "oneof=unions",
  "env=node",
  "esModuleInterop=true",
  "outputServices=none",
  "outputJsonMethods=false",
  "annotateFilesWithVersion=false",
  "enumsAsLiterals=true",
  "useExactTypes=false",
];

/** The program of the platform's package, since the package around it would run a script when it is installed. */
function compiler(): string {
  const isLinuxARM = process.platform === "linux" && process.arch === "arm64";
  const platform = `${process.platform}-${isLinuxARM ? "aarch64" : process.arch}`;
  return join(root, "node_modules", "@bufbuild", `buf-${platform}`, "bin", "buf");
}

/** Generates the code, without writing it. */
export async function generateCodec(): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), "hostsfile-server-codec-"));
  try {
    const program = (name: string): string => join(root, "node_modules", ".bin", name);
    const template = {
      version: "v2",
      plugins: [{ local: program("protoc-gen-ts_proto"), out, opt: options, strategy: "all" }],
    };
    await promisify(execFile)(compiler(), ["generate", folder, "--template", JSON.stringify(template)], {
      cwd: out,
      env: { ...process.env, HOME: out, BUF_CACHE_DIR: out },
    });
    return opening + (await readFile(join(out, "etcd.ts"), "utf8"));
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(codecPath, await generateCodec());
