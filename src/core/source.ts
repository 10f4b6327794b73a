import { InputError, systemReason } from "../errors/index.ts";

/**
 * Where the bytes of core.wasm come from: the bytes, an address (absolute, or relative to the page), or what `fetch` or a file input
 * gives.
 */
export type CoreSource = ArrayBuffer | ArrayBufferView | URL | string | { arrayBuffer(): Promise<ArrayBuffer> };

/** @throws InputError where the address gives no bytes */
export async function bytesOf(source: CoreSource): Promise<ArrayBuffer> {
  if (typeof source === "string" || source instanceof URL) return fetched(source);
  if (source instanceof ArrayBuffer) return source;
  if (ArrayBuffer.isView(source)) return copied(source);
  if (typeof source?.arrayBuffer === "function") return source.arrayBuffer();
  throw new InputError("loadCore needs the bytes of core.wasm, its address, or a response that holds it.");
}

function copied({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength)).buffer;
}

async function fetched(address: URL | string): Promise<ArrayBuffer> {
  const file = localFile(String(address));
  if (file !== null) return copied(file);
  const response = await fetch(address).catch((cause: unknown) => {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${String(address)} cannot be loaded: ${said}.`, { cause });
  });
  if (!response.ok) throw new InputError(`${String(address)} cannot be loaded: status ${response.status}.`);
  return response.arrayBuffer();
}

interface FileSystem {
  readFileSync(path: URL): Uint8Array;
}

/** Node's fetch knows no files, while its own reader does; other hosts fetch them, or have none. */
function localFile(address: string): Uint8Array | null {
  if (!address.startsWith("file:")) return null;
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const files = process?.getBuiltinModule?.("fs") as FileSystem | undefined;
  if (files === undefined) return null;
  try {
    return files.readFileSync(new URL(address));
  } catch (cause) {
    throw new InputError(`${address} cannot be read: ${systemReason(cause)}.`, { cause });
  }
}
