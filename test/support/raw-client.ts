/** A client that sees the bytes on the socket, where fetch would hide them. */
import { type Socket, connect } from "node:net";
import { once } from "node:events";

/**
 * Sends bytes over a new connection and reads until the other side ends it.
 *
 * @returns everything that came, as Latin-1 so that each character is a byte
 */
export async function exchange(port: number, ...parts: readonly string[]): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1" });
  const answer = readAll(socket);
  for (const part of parts) await send(socket, part);
  return answer;
}

/** Writes and waits until the operating system took it. */
export async function send(socket: Socket, text: string): Promise<void> {
  await new Promise<void>((resolve) => void socket.write(text, () => resolve()));
}

/** Reads until the other side ends the connection, by FIN or by reset. */
export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  await once(socket, "close");
  return text;
}

/** Waits until what came holds a text. */
export async function readUntil(socket: Socket, wanted: string): Promise<string> {
  let text = "";
  for (;;) {
    const [chunk]: Buffer[] = await once(socket, "data");
    text += chunk?.toString("latin1") ?? "";
    if (text.includes(wanted)) return text;
  }
}
