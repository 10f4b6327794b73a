import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { ABI_VERSION } from "../../../assembly/abi.ts";
import { CoreVersionError, InputError, loadCore, readMachine, type CoreSource } from "../../../src/core/index.ts";
import { root } from "../../architecture/files.ts";
import { moduleWith } from "./module-with.ts";

const path = join(root, "build/core.wasm");
const bytes = readFileSync(path);
const copy = new Uint8Array(bytes).buffer;
const product = { batch: 1, m: 64, n: 64, k: 64, sharedB: false };

describe("loadCore", () => {
  const sources: readonly (readonly [string, CoreSource])[] = [
    ["a Buffer", bytes],
    ["an ArrayBuffer", copy],
    ["a view into a larger buffer", new DataView(Uint8Array.from([7, ...bytes, 7]).buffer, 1, bytes.length)],
    ["a file's address", pathToFileURL(path)],
    ["a file's address as a text", pathToFileURL(path).href],
    ["an address that fetch knows", `data:application/wasm;base64,${bytes.toString("base64")}`],
    ["a response", new Response(copy)],
    ["a file of a form", new Blob([copy])],
    ["the build without SIMD", pathToFileURL(join(root, "build/core.scalar.wasm"))],
  ];

  it.each(sources)("takes %s", async (_, source) => {
    const core = await loadCore(source);
    expect(core.abiVersion).toBe(ABI_VERSION);
    const [row] = core.products(readMachine({ hardware: "tpu-v1" }), [product]);
    expect(row!.status).toBe("ok");
    expect(row!.cycles).toBeGreaterThan(0);
  });

  it.each([0, ABI_VERSION - 1, ABI_VERSION + 1, 2 ** 31 - 1, -1])("refuses ABI %d", async (version) => {
    const failed = await loadCore(moduleWith(version)).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CoreVersionError);
    expect(failed).toMatchObject({ code: "sim/abi-version", found: version, needed: ABI_VERSION });
    expect((failed as Error).message).toBe(
      `The WebAssembly module has ABI ${version}, but this package needs a core with ABI ${ABI_VERSION}: take the core.wasm that came with it.`,
    );
  });

  it.each([
    ["no bytes", new Uint8Array()],
    ["the first half of a core", bytes.subarray(0, bytes.length / 2)],
    ["a module that exports nothing", Buffer.from("0061736d01000000", "hex")],
    ["a module that says its version and no more", moduleWith(ABI_VERSION, ["abiVersion"])],
  ])("refuses %s", async (_, source) => {
    const failed = await loadCore(source).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CoreVersionError);
    expect(failed).toMatchObject({ found: null });
  });

  it.each([
    ["file:///no/such/core.wasm", /^file:\/\/\/no\/such\/core.wasm cannot be read: there is no such file\.$/],
    ["core.wasm", /^core.wasm cannot be loaded: /],
    [7 as unknown as CoreSource, /^loadCore needs the bytes of core.wasm/],
    [null as unknown as CoreSource, /^loadCore needs the bytes of core.wasm/],
    [{ arrayBuffer: 7 } as unknown as CoreSource, /^loadCore needs the bytes of core.wasm/],
  ])("says what is wrong with %j", async (source, message) => {
    const failed = await loadCore(source).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(InputError);
    expect((failed as Error).message).toMatch(message);
  });

  it("says which status an address answers with", async () => {
    const there = globalThis.fetch;
    globalThis.fetch = () => Promise.resolve(new Response("", { status: 404 }));
    try {
      await expect(loadCore("https://example.org/core.wasm")).rejects.toThrow(
        "https://example.org/core.wasm cannot be loaded: status 404.",
      );
    } finally {
      globalThis.fetch = there;
    }
  });
});
