import { readFileSync } from "node:fs";
import { operatorLatency, rowsOperator } from "../../../src/evaluate/index.ts";
import {
  applySettings,
  loadHardware,
  loadModel,
  specSetOf,
  type Hardware,
  type StackName,
} from "../../../src/spec/index.ts";
import type { GemmOperator, Operator } from "../../../src/workload/index.ts";

export interface MeasuredRow {
  readonly operator: Operator;
  readonly shape: string;
  /** s, launch overhead included. */
  readonly measured: number;
}

export function readMeasured(file: string): string {
  return readFileSync(new URL(`../../fixtures/measured/${file}`, import.meta.url), "utf8");
}

export function cellsOf(file: string): readonly (readonly number[])[] {
  const [, ...lines] = readMeasured(file).trim().split(/\r?\n/);
  return lines.map((line) => line.split(",").map(Number));
}

export function gemmRows(device: string): readonly MeasuredRow[] {
  return cellsOf(`gemm_${device}_fp16.csv`).map(([m, n, k, milliseconds]) => ({
    operator: gemm(m!, n!, k!),
    shape: `${m} x ${n} x ${k}`,
    measured: milliseconds! / 1e3,
  }));
}

export function vectorRows(primitive: "softmax" | "layernorm" | "gelu", device: string): readonly MeasuredRow[] {
  return cellsOf(`${primitive}_${device}_fp16.csv`).map((cells) => {
    const [rows, rowLength] = primitive === "gelu" ? [cells[0]!, 1] : [cells[0]!, cells[1]!];
    const elementsPerSecond = cells.at(-1)! * 1e9;
    return {
      operator: rowsOperator(primitive, rows, rowLength),
      shape: primitive === "gelu" ? String(rows) : `${rows} x ${rowLength}`,
      measured: (rows * rowLength) / elementsPerSecond,
    };
  });
}

export function gemm(m: number, n: number, k: number): GemmOperator {
  const place = { kind: "head", tower: "joint", layer: null, phase: null, count: 1 } as const;
  return { type: "gemm", name: "gemm", ...place, batch: 1, m, n, k, sharedB: true, weightsAreParameters: true };
}

/** A preset as a stack runs on it. */
export function started(hardware: string, stack: StackName): Hardware {
  const specs = specSetOf({ hardware: loadHardware(hardware), model: loadModel("bert-tiny") });
  return applySettings(specs, [{ path: "runtime", value: stack }], []).hardware;
}

/** Mean of |predicted / measured − 1|, every row printed. */
export function meanAbsoluteError(what: string, hardware: string, rows: readonly MeasuredRow[]): number {
  const machine = started(hardware, "eager");
  const errors = rows.map(({ operator, shape, measured }) => {
    const predicted = operatorLatency(operator, machine);
    if (predicted === null) throw new Error(`${shape}: no mapping`);
    const error = predicted / measured - 1;
    console.info(
      `${what} ${shape}: ${(1e6 * predicted).toFixed(1)} us, measured ${(1e6 * measured).toFixed(1)} us, ${percent(error)}`,
    );
    return Math.abs(error);
  });
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  console.info(`${what}: mean absolute error ${percent(mean)} over ${rows.length} rows`);
  return mean;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
