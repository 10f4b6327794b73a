/*
 * Records for the core: of presets and of random machines, good as they are made, and then, many of them, changed in one to
 * three fields. What is changed may still be good; what it then means nobody has worked out, so the checks of a result are laws.
 */
import * as abi from "../../../dist/assembly/abi.js";
import { energyCoefficients, loadHardware, listPresets, PLAIN_TECHNOLOGY } from "../../../dist/src/index.js";
import { encodeHardware } from "../../../dist/src/sim/encode.js";

/** The machines of the presets, with the energies that they have, if any. */
function presetRecords() {
  return listPresets("hardware").map((name) => {
    const record = new Float64Array(abi.HW_FIELDS);
    const hardware = loadHardware(name);
    const energy = energyCoefficients(hardware, PLAIN_TECHNOLOGY);
    encodeHardware(record, hardware, "total" in energy ? null : energy);
    return record;
  });
}

const PRESETS = presetRecords();
const MAPPING_FIELDS = Object.entries(abi).flatMap(([name, first]) => {
  if (!name.startsWith("MAP_")) return [];
  const count = { MAP_CORES: 4, MAP_OUTER_TILE: 3, MAP_INNER_TILE: 3, MAP_REGISTER_TILE: 3, MAP_ROWS: 3, MAP_COLS: 3 };
  return Array.from({ length: name === "MAP_ARRAYS" ? 3 : (count[name] ?? 1) }, (_, i) => first + i);
});
export { MAPPING_FIELDS };

/** Numbers that few fields may hold. */
const HOSTILE = [
  ...[
    NaN,
    Infinity,
    -Infinity,
    -1,
    -0,
    0,
    0.5,
    0.1,
    1.5,
    5e-324,
    1e-300,
    -1e308,
    1e308,
    1e200,
    1e201,
    Number.MAX_VALUE,
  ],
  ...[2 ** 24, 2 ** 24 + 1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 32 + 1, 2 ** 53, 2 ** 53 + 2, 2 ** 63],
  ...[1, 2, 3, 7, 8, 64, 255, 256, 257, 4096, 4097, 65536, 65537, 1e6, 1e9],
];

/** Another value for a field: a hostile one, any bits at all, or one near to what it is. */
function otherValue(draws, value) {
  const kind = draws.real();
  if (kind < 0.45) return draws.pick(HOSTILE);
  if (kind < 0.55) {
    return new Float64Array(new Uint32Array([draws.whole(0, 2 ** 32 - 1), draws.whole(0, 2 ** 32 - 1)]).buffer)[0];
  }
  return draws.pick([
    value + 1,
    value - 1,
    value * 2,
    Math.ceil(value / 2),
    -value,
    value + 0.5,
    1 - value,
    draws.whole(0, 8),
  ]);
}

function writePort(draws, record, first, latency) {
  const isUnlimited = draws.chance(0.15);
  const rate = (bytes, cycles) => (isUnlimited ? [1, 0] : [draws.pick(bytes), draws.pick(cycles)]);
  const read = rate([1, 2, 4, 16, 32, 64, 128, 256, 512, 7, 800], [1, 1, 1, 1, 2, 3, 7, 25]);
  const isShared = draws.chance(0.25);
  const write = isShared || draws.chance(0.7) ? read : rate([1, 4, 32, 128], [0, 1, 3]);
  record.set([...read, ...write, isShared ? 1 : 0], first);
  record[latency] = draws.chance(0.6) ? 0 : draws.pick([1, 10, 100, 1000, 1e6]);
}

/** Ports of operands; the far memory has one. */
function writeReads(draws, record, ports, reads, mayBeApart) {
  record[ports] =
    mayBeApart && draws.chance(0.25) ? draws.whole(abi.SPLIT_APART, abi.SPLIT_OUTPUT) : abi.SPLIT_TOGETHER;
  for (let i = 0; i < 2; i++) record.set([draws.pick([1, 4, 32, 128, 7]), draws.pick([0, 1, 1, 3])], reads + 2 * i);
}

function writeBuffer(draws, record, isThere, split, size, double) {
  const bytes = () => (draws.chance(0.1) ? Infinity : draws.size(...(draws.chance(0.1) ? [1, 64] : [64, 2 ** 22])));
  const isSplit = isThere && draws.chance(0.2);
  const one = isThere ? bytes() : Infinity;
  record[split] = isSplit ? draws.whole(abi.SPLIT_APART, abi.SPLIT_OUTPUT) : abi.SPLIT_TOGETHER;
  record.set(isSplit ? [bytes(), bytes(), bytes()] : [one, one, one], size);
  record[double] = draws.whole(0, 1);
}

/** A random machine that the core works with. */
function writeMachine(draws, record) {
  record.fill(0);
  const put = (field, value) => void (record[field] = value);
  put(abi.HW_CORES, draws.pick([1, 1, 1, 2, 3, 4, 7, 16]));
  put(abi.HW_MULTICAST, draws.whole(0, 1));
  put(abi.HW_ARRAY_KIND, draws.whole(0, 1));
  put(abi.HW_ROWS, draws.pick([1, 2, 4, 8, 16, 32, 64, 13]));
  put(abi.HW_COLS, draws.pick([1, 2, 4, 8, 16, 32, 11]));
  put(abi.HW_UNROLL, draws.whole(0, 1));
  put(abi.HW_DATAFLOWS, draws.whole(1, 7));
  put(abi.HW_SKEW, draws.whole(0, 1));
  put(abi.HW_OVERLAP, draws.whole(0, 2));
  put(abi.HW_DRAIN, draws.whole(0, 1));
  put(abi.HW_REGISTER_WORDS, draws.pick([0, 1, 2, 16, 32]));
  put(abi.HW_REGISTER_HOLDS, draws.whole(0, 7));
  put(abi.HW_ACCUMULATORS, draws.pick([1, 2, 32, 1000]));
  const widths = [abi.HW_INPUT_BYTES, abi.HW_WEIGHT_BYTES, abi.HW_OUTPUT_BYTES];
  for (const field of widths) put(field, draws.pick([1, 1, 2, 4, 0.5, 0.125]));
  put(abi.HW_ACCUMULATOR_BYTES, Math.max(draws.pick([1, 2, 4, 8]), ...widths.map((field) => record[field])));
  const isDirect = draws.chance(0.25);
  const hasOuter = draws.chance(0.8);
  put(abi.HW_DIRECT, isDirect ? 1 : 0);
  put(abi.HW_HAS_OUTER, hasOuter ? 1 : 0);
  put(abi.HW_ARRAYS, isDirect ? 1 : draws.pick([1, 1, 1, 2, 4]));
  writeBuffer(draws, record, !isDirect, abi.HW_INNER_SPLIT, abi.HW_INNER_SIZE, abi.HW_INNER_DOUBLE);
  writeBuffer(draws, record, hasOuter, abi.HW_OUTER_SPLIT, abi.HW_OUTER_SIZE, abi.HW_OUTER_DOUBLE);
  put(abi.HW_OUTER_PASSED, draws.chance(0.7) ? 0 : draws.whole(1, 6));
  writePort(draws, record, abi.HW_ARRAY_PORT, abi.HW_ARRAY_LATENCY);
  writePort(draws, record, abi.HW_INNER_PORT, abi.HW_INNER_PORT + abi.PORT_LATENCY);
  writePort(draws, record, abi.HW_OUTER_PORT, abi.HW_OUTER_PORT + abi.PORT_LATENCY);
  writeReads(draws, record, abi.HW_ARRAY_PORTS, abi.HW_ARRAY_READS, true);
  writeReads(draws, record, abi.HW_INNER_PORTS, abi.HW_INNER_READS, hasOuter);
  for (const field of [abi.HW_ARRAY_BLOCK, abi.HW_INNER_BLOCK, abi.HW_OUTER_BLOCK]) {
    put(field, draws.chance(0.7) ? 0 : draws.pick([1, 4, 64, 4096]));
  }
  if (draws.chance(0.2)) return;
  for (let i = 0; i < 2 + abi.TRAFFIC_COLUMNS; i++) {
    put(abi.HW_ENERGY_MAC + i, draws.chance(0.2) ? 0 : draws.real() * draws.pick([1e-3, 1, 100]));
  }
}

/** Changes one to three of the fields at `base`. */
function change(draws, table, base, fields) {
  for (let left = draws.whole(1, 3); left > 0; left--) {
    const at = base + draws.pick(fields);
    table[at] = otherValue(draws, table[at]);
  }
}

const HARDWARE_FIELDS = Array.from({ length: abi.HW_FIELDS }, (_, i) => i);
const PROBLEM_FIELDS = Array.from({ length: abi.IN_FIELDS }, (_, i) => i);

/** Writes a hardware record; true where it is as it was made, and so must be worked with. */
export function drawHardware(draws, record) {
  if (draws.chance(0.3)) record.set(draws.pick(PRESETS));
  else writeMachine(draws, record);
  if (draws.chance(0.7)) return true;
  change(draws, record, 0, HARDWARE_FIELDS);
  return false;
}

/** Writes problem `row`, good as it is made. */
export function drawProblem(draws, hardware, problems, row, most) {
  const base = row * abi.IN_FIELDS;
  const side = () => (draws.chance(0.15) ? 1 : draws.size(1, most));
  const hasOuter = hardware[abi.HW_HAS_OUTER] === 1;
  const isPlaced = draws.chance(0.2);
  // What goes past the outer buffer cannot stay there.
  const stays = 7 & ~hardware[abi.HW_OUTER_PASSED];
  problems.set(
    [
      ...[draws.chance(0.6) ? 1 : draws.size(1, 12), side(), side(), side(), draws.whole(0, 1), draws.whole(0, 3)],
      ...[abi.EFFORT_FAST, 0, hasOuter && isPlaced ? draws.whole(0, 7) & stays : 0, isPlaced ? draws.size(1, 4096) : 0],
      draws.chance(0.02) ? 1 : 0,
    ],
    base,
  );
}

/** Changes problem `row`. */
export function changeProblem(draws, problems, row) {
  change(draws, problems, row * abi.IN_FIELDS, PROBLEM_FIELDS);
}

/** Changes the mapping in result `row`. */
export function changeMapping(draws, results, row) {
  change(draws, results, row * abi.RES_FIELDS, MAPPING_FIELDS);
}

/** Steps that a walk of the mapping in `row` takes if nothing repeats; infinite where that cannot be said. */
export function stepsOf(problems, results, row) {
  const problem = (field) => problems[row * abi.IN_FIELDS + field];
  const at = (field) => results[row * abi.RES_FIELDS + field];
  let steps = problem(abi.IN_BATCH);
  [abi.IN_M, abi.IN_N, abi.IN_K].forEach((field, i) => {
    const [outer, inner] = [at(abi.MAP_OUTER_TILE + i), at(abi.MAP_INNER_TILE + i)];
    steps *= Math.ceil(problem(field) / outer) * Math.ceil(outer / inner);
  });
  return Number.isNaN(steps) ? Infinity : steps;
}
