/**
 * The container image, written without a container engine: the executable, the C libraries that it needs, and nothing
 * else. The file is an OCI layout (github.com/opencontainers/image-spec) and an archive of `docker save` in one.
 */
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { linux } from "../../src/platform/linux.ts";
import { addonName } from "../../src/platform/kernel-calls.ts";
import { serviceName } from "../../src/platform/places.ts";
import { compileKernelCalls } from "../kernel-calls.ts";
import { putLibraries } from "./libraries.ts";
import { lastChange, run } from "./run.ts";

/** Whom the program runs as unless told otherwise: nobody's account on any host. */
const user = 65_532;

const program = join(linux.places.packagedFolder, serviceName);

/** How architectures are called there (go.dev/doc/install/source#environment). */
const architecture = process.arch === "x64" ? "amd64" : process.arch;

/**
 * Builds `hostsfile-server-VERSION-linux-ARCHITECTURE-image.tar` in a folder.
 *
 * @returns its path
 */
export async function buildImage(options: {
  readonly folder: string;
  readonly version: string;
  /** The single executable. */
  readonly executable: string;
  /** The executable's licence and those of what it holds. */
  readonly notices: string;
}): Promise<string> {
  const { folder, version, executable, notices } = options;
  const work = await mkdtemp(join(tmpdir(), "hostsfile-server-image-"));
  try {
    const [tree, layout] = [join(work, "tree"), join(work, "layout")];
    await furnish(tree, { executable, notices });
    const seconds = await lastChange();
    const layer = await pack(tree, join(work, "layer.tar"), seconds);
    await writeLayout(layout, { layer: await readFile(layer), version, seconds });
    return await pack(layout, join(folder, `${serviceName}-${version}-linux-${process.arch}-image.tar`), seconds);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Lays out the file system of the image. */
async function furnish(tree: string, parts: { readonly executable: string; readonly notices: string }): Promise<void> {
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text, { mode: 0o644 });
  };
  await put("etc/passwd", `root:x:0:0:root:/:/\n${serviceName}:x:${user}:${user}::/:/\n`);
  await put("etc/group", `root:x:0:\n${serviceName}:x:${user}:\n`);
  // Without it names are asked of DNS before the hosts file (nsswitch.conf(5)).
  await put("etc/nsswitch.conf", "hosts: files dns\n");
  await put(`usr/share/doc/${serviceName}/copyright`, parts.notices);
  await mkdir(join(tree, linux.places.packagedFolder), { recursive: true });
  await cp(parts.executable, join(tree, program));
  // Beside the executable it is loaded from there, so the program needs no folder to write to.
  const addon = join(tree, linux.places.packagedFolder, addonName);
  if (!(await compileKernelCalls(addon))) throw new Error("the image needs a C compiler");
  await mkdir(join(tree, "usr/bin"), { recursive: true });
  await symlink(`../lib/${serviceName}/${serviceName}`, join(tree, "usr/bin", serviceName));
  await mkdir(join(tree, "tmp"));
  await putLibraries(tree, join(tree, program));
  await run("chmod", ["-R", "u=rwX,go=rX", tree]);
  await chmod(join(tree, "tmp"), 0o1777);
}

/** The same tree gives the same bytes: sorted, owned by root, of one time. */
async function pack(tree: string, path: string, seconds: string): Promise<string> {
  const same = ["--sort=name", `--mtime=@${seconds}`, "--owner=0", "--group=0", "--numeric-owner", "--format=ustar"];
  await run("tar", ["--create", `--file=${path}`, ...same, "--directory", tree, "."]);
  return path;
}

interface Blob {
  readonly digest: string;
  readonly size: number;
}

async function writeLayout(
  layout: string,
  parts: { readonly layer: Buffer; readonly version: string; readonly seconds: string },
): Promise<void> {
  const { layer, version, seconds } = parts;
  const blobs = join(layout, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const put = async (bytes: Buffer): Promise<Blob> => {
    const digest = digestOf(bytes);
    await writeFile(join(blobs, digest), bytes, { mode: 0o644 });
    return { digest: `sha256:${digest}`, size: bytes.length };
  };
  const packed = await put(gzipSync(layer));
  const configuration = await put(
    json({
      created: new Date(Number(seconds) * 1000).toISOString(),
      architecture,
      os: "linux",
      config: {
        User: `${user}:${user}`,
        Env: ["PATH=/usr/bin"],
        Entrypoint: [`/usr/bin/${serviceName}`],
        ExposedPorts: { "5000/tcp": {} },
        Labels: {
          "org.opencontainers.image.title": serviceName,
          "org.opencontainers.image.version": version,
          "org.opencontainers.image.licenses": "Apache-2.0",
        },
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${digestOf(layer)}`] },
    }),
  );
  const manifest = await put(
    json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", ...configuration },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...packed }],
    }),
  );
  const name = `localhost/${serviceName}:${version}`;
  // Podman and skopeo read the one annotation, containerd the other.
  const annotations = { "org.opencontainers.image.ref.name": name, "io.containerd.image.name": name };
  const listed = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    ...manifest,
    platform: { architecture, os: "linux" },
    annotations,
  };
  const index = { schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [listed] };
  const path = ({ digest }: Blob): string => `blobs/${digest.replace(":", "/")}`;
  const files = {
    "oci-layout": { imageLayoutVersion: "1.0.0" },
    "index.json": index,
    "manifest.json": [{ Config: path(configuration), RepoTags: [name], Layers: [path(packed)] }],
  };
  for (const [file, content] of Object.entries(files)) await writeFile(join(layout, file), json(content));
}

function json(content: object): Buffer {
  return Buffer.from(JSON.stringify(content));
}

function digestOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
