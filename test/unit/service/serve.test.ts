import { expect, it } from "vitest";
import { createSession } from "../../../src/serve/session.ts";
import { ecotile, json, scratchFile } from "../cli/run.ts";

const session = createSession({
  filesFolder: null,
  areCommandsAllowed: false,
  failureOf: (error) => ({ isOurs: true, text: String(error) }),
});

const answer = async (
  params: unknown,
): Promise<{ readonly result?: unknown; readonly error?: { readonly message: string } }> => {
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "service", params });
  return JSON.parse(await session.answer({ kind: "text", text: request })) as never;
};

const service = { requests: { prompt: 300, output: 50 }, arrival: { rate: "4/s" } };
const parts = { model: "llama-3.2-1b", hardware: "h100", service };

it("the method service gives what the command prints", async () => {
  const file = scratchFile("service.yaml", JSON.stringify(service));
  const { result } = await answer({ ...parts, set: { "parallel.tensor": 2, "deployment.pue": 1.2 }, engine: "steady" });
  const sets = ["--set", "parallel.tensor=2", "--set", "deployment.pue=1.2", "--engine", "steady"];
  expect(result).toEqual(json(ecotile("service", "llama-3.2-1b", "h100", file, ...sets, "--json")));
});

it("and refuses what the command refuses", async () => {
  expect((await answer({ ...parts, set: { "deployment.rate": "1/s" } })).error!.message).toMatch(/cannot be set here/);
  expect((await answer({ ...parts, engine: "fast" })).error!.message).toMatch(/must be one of/);
  expect((await answer({ ...parts, service: "chat.yaml" })).error!.message).toMatch(/files are not read/);
  const traced = { arrival: { trace: "trace.csv" } };
  expect((await answer({ ...parts, service: traced })).error).toBeDefined();
});
