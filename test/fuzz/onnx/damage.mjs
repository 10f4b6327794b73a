// Files to begin with, and what is done to them: to their bytes, which mostly ends the reading, and to what they say, which goes deeper.
import { readdirSync, readFileSync } from "node:fs";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { drawsOf } from "../draws.mjs";

const { ModelProtoSchema } = await import(new URL("../../../dist/src/workload/onnx/onnx_pb.js", import.meta.url).href);
const { ONNX_OPERATORS } = await import(
  new URL("../../../dist/src/workload/onnx/rules/index.js", import.meta.url).href
);

const folder = new URL("../../fixtures/onnx/", import.meta.url);
const FILES = readdirSync(folder)
  .filter((name) => name.endsWith(".onnx"))
  .sort()
  .map((name) => new Uint8Array(readFileSync(new URL(name, folder))));

const SIZES = [0n, 1n, -1n, 2n, 3n, 7n, 64n, 255n, 65536n, 1000003n, 2147483647n, 4294967296n, 9007199254740993n];
const EXTREMES = [9223372036854775807n, -9223372036854775808n];

/** A file of number `number` of a seed; the same each time. */
export function damagedFile(seed, number) {
  const draws = drawsOf(seed, number);
  const file = draws.pick(FILES);
  return draws.chance(0.35) ? damagedBytes(draws, file) : damagedModel(draws, file);
}

function damagedBytes(draws, file) {
  let bytes = Buffer.from(file);
  for (let times = draws.size(1, 20); times > 0; times--) {
    const at = draws.whole(0, bytes.length - 1);
    const length = draws.size(1, 64);
    const part = bytes.subarray(at, at + length);
    switch (draws.whole(0, 5)) {
      case 0:
        bytes[at] ^= 1 << draws.whole(0, 7);
        break;
      case 1:
        bytes[at] = draws.pick([0, 1, 127, 128, 254, 255]);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
        break;
      case 4:
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.from([255, 255, 255, 255, draws.pick([7, 15, 127])]),
          bytes.subarray(at),
        ]);
        break;
      default:
        bytes = bytes.subarray(0, Math.max(1, draws.chance(0.1) ? at : bytes.length));
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

function damagedModel(draws, file) {
  const model = fromBinary(ModelProtoSchema, file);
  for (let times = draws.size(1, 8); times > 0; times--) change(draws, model.graph);
  if (draws.chance(0.1))
    for (const each of model.opsetImport) each.version = draws.pick([...SIZES, ...EXTREMES, 9n, 12n, 23n]);
  return toBinary(ModelProtoSchema, model);
}

const number = (draws) =>
  draws.chance(0.1) ? draws.pick(EXTREMES) : draws.pick(SIZES) * (draws.chance(0.2) ? -1n : 1n);

function change(draws, graph) {
  const { node: nodes, initializer: stored, input: inputs } = graph;
  if (nodes.length === 0) return;
  const node = draws.pick(nodes);
  const names = nodes
    .flatMap(({ output }) => output)
    .concat(
      stored.map(({ name }) => name),
      inputs.map(({ name }) => name),
    );
  switch (draws.whole(0, 11)) {
    case 0:
      node.opType = draws.pick(ONNX_OPERATORS).replace("com.microsoft.", "");
      if (draws.chance(0.3)) node.domain = draws.pick(["", "com.microsoft", "acme"]);
      return;
    case 1:
      if (node.input.length > 0)
        node.input[draws.whole(0, node.input.length - 1)] = draws.chance(0.1) ? "" : draws.pick(names);
      return;
    case 2:
      node.input.splice(draws.whole(0, node.input.length), draws.whole(0, 1), draws.pick(names));
      return;
    case 3:
      if (node.output.length > 0) node.output[0] = draws.pick(names);
      return;
    case 4: {
      const attribute = node.attribute.length > 0 ? draws.pick(node.attribute) : null;
      if (attribute === null) return;
      if (attribute.ints.length > 0) attribute.ints[draws.whole(0, attribute.ints.length - 1)] = number(draws);
      else attribute.i = number(draws);
      if (draws.chance(0.2)) attribute.type = draws.whole(0, 14);
      return;
    }
    case 5: {
      const tensor = stored.length > 0 ? draws.pick(stored) : null;
      if (tensor === null) return;
      if (tensor.dims.length > 0 && draws.chance(0.7))
        tensor.dims[draws.whole(0, tensor.dims.length - 1)] = number(draws);
      else tensor.dims.push(number(draws));
      return;
    }
    case 6: {
      const tensor = stored.find(({ int64Data }) => int64Data.length > 0 && draws.chance(0.3));
      if (tensor !== undefined) tensor.int64Data[draws.whole(0, tensor.int64Data.length - 1)] = number(draws);
      return;
    }
    case 7: {
      const shape = draws.pick(inputs)?.type?.value?.value?.shape;
      const dim = shape === undefined || shape.dim.length === 0 ? null : draws.pick(shape.dim);
      if (dim !== null)
        dim.value = draws.chance(0.8) ? { case: "dimValue", value: number(draws) } : { case: undefined };
      return;
    }
    case 8:
      nodes.splice(draws.whole(0, nodes.length - 1), 1);
      return;
    case 9:
      nodes.splice(draws.whole(0, nodes.length), 0, { ...node, output: node.output.map((name) => `${name}'`) });
      return;
    case 10:
      node.attribute.splice(0, node.attribute.length);
      return;
    default: {
      const other = draws.pick(nodes);
      node.attribute.push(...other.attribute);
    }
  }
}
