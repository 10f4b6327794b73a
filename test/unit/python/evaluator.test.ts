import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createCommandEvaluator } from "../../../src/accuracy/index.ts";
import { FACTOR_NAMES } from "../../../src/cost/index.ts";
import { applySettings, loadHardware, loadModel, type ModelSpec } from "../../../src/spec/index.ts";
import { isThere, need, pythonWith } from "./interpreters.ts";

// The program of examples/evaluators: its protocol wherever there is Python, its training at a tiny size where there is PyTorch.
// `python3 examples/evaluators/check_front.py` runs it at its real size.

const here = new URL("../../../examples/evaluators/", import.meta.url).pathname;
const hardware = loadHardware("catransformers-22nm");
const parent = loadModel(join(here, "fashion-vit.yaml"));
if (parent.family !== "vit") throw new Error("the example's parent is a vit");
const postNorm: ModelSpec = { ...parent, vision: { ...parent.vision, normPosition: "post" } };
const folder = mkdtempSync(join(tmpdir(), "ecotile-evaluator-"));
afterAll(() => rmSync(folder, { recursive: true }));

const modelWith = (settings: Readonly<Record<string, unknown>>): ModelSpec =>
  applySettings(
    { model: parent, hardware },
    Object.entries(settings).map(([path, value]) => ({ path, value })),
    FACTOR_NAMES,
  ).model;

/** Answers with the number of bits and neurons that it was asked for, so that the test sees what arrived. */
const ECHO = `
import sys
sys.dont_write_bytecode = True
from protocol import serve
def measure(request):
    bits = [each or 0 for each in request.formats["weights"]]
    share = (sum(bits) / 1000 + sum(request.shape["ffn"]) / 1000) * request.fidelity / request.repeat
    return {"accuracy": round(share, 9), "low": 0, "high": 1}
serve(sys.stdin, sys.stdout, measure, sys.argv[1])
`;
const python = pythonWith();

describe.skipIf(!need(python, "python3"))("the protocol of the example's program", () => {
  it("takes shape, number formats, fidelity and repeats from what ecotile sends, and logs what it has answered", async () => {
    const log = join(folder, "echo.log");
    const evaluator = createCommandEvaluator({
      ...{ argv: [python!, "-c", ECHO, log], cwd: here, metric: "echo", fidelity: 0.5, repeats: 2 },
    });
    const model = modelWith({
      "model.vision.layers": 2,
      "model.vision.ffn.1": 40,
      "quantisation.vision.weights": 4,
    });
    // (2 · 4 bit + 40 + 96 neurons) / 1000 · 0.5, mean of that and of half of it.
    expect((await evaluator.evaluate(model)).accuracy).toBeCloseTo(((0.144 * 0.5) / 2) * 1.5, 6);
    await evaluator.close();
    const lines = readFileSync(log, "utf8").trimEnd().split("\n");
    const answers = lines.map((line) => (JSON.parse(line) as { readonly answer: unknown }).answer);
    expect(answers).toEqual([0.072, 0.036].map((accuracy) => ({ accuracy, low: 0, high: 1 })));
  });

  it.each<readonly [string, ModelSpec, RegExp]>([
    ["another family", loadModel("clip-vit-b16"), /needs a vision tower, and no text tower/],
    ["norms on each half's result", postNorm, /trains pre/],
    ["windows", modelWith({ "model.vision.attention": "window:4" }), /full attention/],
    ["groups", modelWith({ "quantisation.vision.weights": "int4:16" }), /a scale for each row/],
    ["floats", modelWith({ "quantisation.vision.activations": "fp8" }), /rounds to integers/],
    ["narrow norms", modelWith({ "quantisation.vision.norms": 8 }), /does not narrow norms/],
  ])("refuses %s with the reason", async (_, model, reason) => {
    const evaluator = createCommandEvaluator({ argv: [python!, "-c", ECHO, "/dev/null"], cwd: here, metric: "echo" });
    await expect(evaluator.evaluate(model)).rejects.toThrow(reason);
    await evaluator.close();
  });
});

const FASHION = "fashion_mnist; sys.exit(not fashion_mnist.is_here())";
const torch = (() => {
  const found = pythonWith("torch", "numpy");
  const check = `import sys; sys.dont_write_bytecode = True; import ${FASHION}`;
  return found !== undefined && spawnSync(found, ["-c", check], { cwd: here }).status === 0 ? found : undefined;
})();

/** Cutting what does nothing changes nothing; rounding keeps to its grid, and 8 bits are close to none. */
const CUTS = `
import sys
sys.dont_write_bytecode = True
import torch
from pruning import cut_to
from vision_transformer import Formats, VisionTransformer, rounded_weights
torch.manual_seed(0)
shape = {"hidden": 12, "head_size": 4, "heads": [3, 3, 3], "ffn": [8, 8, 8], "patch": 7, "image": 28, "channels": 1, "classes": 10}
parent = VisionTransformer(shape, [Formats()] * 3).eval()
images, classes = torch.randn(16, 1, 28, 28), torch.arange(16) % 10
with torch.no_grad():
    for block in parent.blocks:
        block.down.weight[:, 3] = 0
        block.out.weight[:, 4:8] = 0
    parent.blocks[1].out.weight.zero_(); parent.blocks[1].out.bias.zero_()
    parent.blocks[1].down.weight.zero_(); parent.blocks[1].down.bias.zero_()
    same = parent(images)
    classes = same.argmax(-1)
    cut = {**shape, "heads": [2, 2, 2], "ffn": [7, 7, 7]}
    assert torch.allclose(cut_to(parent, cut, [Formats()] * 3, (images, classes)).eval()(images), same, atol=1e-5)
    # The second layer passes everything on: without it the model is the same, unless another layer did harm.
    two = {**shape, "heads": [3, 3], "ffn": [8, 8]}
    shallow = cut_to(parent, two, [Formats()] * 2, (images, classes)).eval()
    loss = lambda model: torch.nn.functional.cross_entropy(model(images), classes).item()
    assert loss(shallow) <= loss(parent) + 1e-6
    for bits in (1, 2, 3, 8):
        row = rounded_weights(torch.randn(5, 200), bits)
        assert all(len((each * 1e4).round().unique()) <= max(2, 2**bits - 1) for each in row), bits
    eight = cut_to(parent, shape, [Formats(weights=8, activations=8, scales="token")] * 3, (images, classes)).eval()(images)
    two_bits = cut_to(parent, shape, [Formats(weights=2)] * 3, (images, classes)).eval()(images)
    error = lambda other: ((other - same).norm() / same.norm()).item()
    assert 0 < error(eight) < 0.05 < error(two_bits), (error(eight), error(two_bits))
print("ok")
`;

describe.skipIf(!isThere(torch, "PyTorch with Fashion-MNIST (Debian: python3-torch, dataset-fashion-mnist)"))(
  "the example's program",
  () => {
    it("cuts what matters least, and rounds to the grid", () => {
      const { stdout, stderr } = spawnSync(torch!, ["-c", CUTS], { cwd: here, encoding: "utf8" });
      expect(stdout, stderr).toBe("ok\n");
    }, 120_000);

    it("trains, prunes, rounds and measures; equal questions have equal answers, and the parent is trained once", async () => {
      const argv = [torch!, "fashion_vit.py", "--images", "1000", "--cache", folder];
      const ask = async (model: ModelSpec): Promise<readonly number[]> => {
        const evaluator = createCommandEvaluator({ argv, cwd: here, metric: "fashion-mnist", fidelity: 0.5 });
        try {
          const { accuracy, low, high } = await evaluator.evaluate(model);
          return [low, accuracy, high];
        } finally {
          await evaluator.close();
        }
      };
      const small = modelWith({ "model.vision.layers": 2, "model.vision.ffn": 48, "quantisation.vision.weights": 4 });
      const first = await ask(small);
      const trained = readdirSync(folder).filter((name) => name.endsWith(".pt"));
      expect(trained).toHaveLength(1);
      expect(await ask(small)).toEqual(first);
      expect(first).toEqual([...first].sort((a, b) => a - b));
      // Chance is 0.1.
      expect(first[1]).toBeGreaterThan(0.2);
      await expect(ask(modelWith({ "model.vision.layers": 5 }))).rejects.toThrow(/the parent has 4 layers/);
      expect(readdirSync(here)).not.toContain("__pycache__");
    }, 120_000);
  },
);
