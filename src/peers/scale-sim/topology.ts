import { didYouMean, SpecError, type Problem } from "../../errors/index.ts";
import { faultsOf, problemAtSpan, type ListedProduct, type ModelSpec } from "../../spec/index.ts";
import { sortRemarks, type Remark } from "../remark.ts";

/*
 * Topologies of SCALE-Sim. A row is a layer; the first line names the columns, and a row may end with a comma and a comment.
 *
 *   matrix products   M, N, K
 *   convolutions      as products of columns: rows  M = ⌈(H − R + s) / s⌉ · ⌈(W − S + s) / s⌉  (times the batch),
 *                     K = R · S · channels,  N = filters
 *
 * H × W is the input with its padding, R × S the window, s the stride. A layer whose name holds "DP" is one such convolution of one
 * channel for each of its channels. Source: SCALE-Sim's user guide; test/validation/peers compares with its reports.
 */

type Column =
  | "name"
  | "m"
  | "n"
  | "k"
  | "h"
  | "w"
  | "r"
  | "s"
  | "channels"
  | "filters"
  | "stride"
  | "strideH"
  | "strideW"
  | "batch"
  | "sparsity";

/** What columns are called, in small letters and without blanks. */
const NAMES: Readonly<Record<string, Column>> = {
  ...{ layer: "name", layername: "name", layers: "name", name: "name", m: "m", n: "n", k: "k" },
  ...{
    ifmapheight: "h",
    ifmapwidth: "w",
    ifmaph: "h",
    ifmapw: "w",
    filterheight: "r",
    filterwidth: "s",
    filterh: "r",
    filterw: "s",
  },
  ...{
    channels: "channels",
    channel: "channels",
    numchannels: "channels",
    numfilter: "filters",
    numfilters: "filters",
  },
  ...{ strides: "stride", stride: "stride", strideheight: "strideH", stridewidth: "strideW" },
  ...{ batchsize: "batch", batch: "batch", sparsity: "sparsity", sparsityratio: "sparsity" },
};
const PRODUCT: readonly Column[] = ["m", "n", "k"];
const CONVOLUTION: readonly Column[] = ["h", "w", "r", "s", "channels", "filters"];
const MOST_SIZE = 2 ** 31;

/** A model made of a topology. */
export interface TopologyImport {
  readonly model: ModelSpec;
  readonly remarks: readonly Remark[];
}

interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

interface Row {
  readonly line: number;
  readonly cells: readonly Cell[];
}

/**
 * A model of `family: operators` with one product a layer.
 *
 * @param text a topology, of matrix products or of convolutions
 * @param file what messages call it
 * @param name of the model
 * @throws SpecError with every problem at its place
 */
export function importTopology(
  text: string,
  { file, name }: { readonly file: string; readonly name: string },
): TopologyImport {
  return new Topology(text, file).read(name);
}

class Topology {
  readonly problems: Problem[] = [];
  readonly remarks: Remark[] = [];
  readonly names = new Map<string, number>();

  constructor(
    readonly text: string,
    readonly file: string,
  ) {}

  read(name: string): TopologyImport {
    const [header, ...rows] = rowsOf(this.text);
    const columns = header === undefined ? [] : this.columns(header);
    const isProduct = PRODUCT.every((each) => columns.includes(each));
    const needed = isProduct || columns.some((each) => each !== null && PRODUCT.includes(each)) ? PRODUCT : CONVOLUTION;
    const missing = needed.filter((each) => !columns.includes(each));
    const at = header?.cells[0] ?? { start: 0, end: 1 };
    if (missing.length > 0)
      this.refuse(
        at,
        "The first line must name the columns, M, N, K of matrix products or IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides of convolutions.",
      );
    this.stop();
    const operators = rows.map((row) => this.layer(row, columns, isProduct));
    if (operators.length === 0) this.refuse(at, "The topology has no layer below its first line.");
    this.stop();
    const what = isProduct ? "matrix products" : "convolutions, each as a product of columns";
    const model: ModelSpec = {
      ...{
        name,
        description: `Imported from a topology of SCALE-Sim: ${what}.`,
        training: null,
        family: "operators",
        operators,
      },
      ...{ otherParameters: 0, kvCacheElements: 0, kvElementsPerToken: 0 },
    };
    for (const { message } of faultsOf(model)) this.refuse(at, message);
    this.stop();
    return { model, remarks: sortRemarks(this.remarks) };
  }

  columns(header: Row): readonly (Column | null)[] {
    return header.cells.map((cell) => {
      const plain = cell.text.toLowerCase().replace(/[\s_]/g, "");
      const column = Object.hasOwn(NAMES, plain) ? NAMES[plain]! : null;
      if (column === null) {
        const hint = didYouMean(plain, Object.keys(NAMES)) ?? "";
        const message = `The column "${cell.text}" is not known, and not read. ${hint}`.trim();
        this.remarks.push({ line: header.line, message });
      }
      return column;
    });
  }

  layer({ line, cells }: Row, columns: readonly (Column | null)[], isProduct: boolean): ListedProduct {
    // A ninth number behind one column of strides is the stride along the width.
    const named =
      cells.length > columns.length && columns.at(-1) === "stride" ? [...columns, "strideW" as const] : columns;
    if (cells.length > named.length)
      this.remarks.push({
        line,
        message: `"${cells
          .slice(named.length)
          .map(({ text }) => text)
          .join(", ")}" stands behind the last column, and is not read.`,
      });
    const of = (column: Column): Cell | undefined => cells[named.indexOf(column)];
    const size = (column: Column, otherwise?: number): number => {
      const cell = named.includes(column) ? of(column) : undefined;
      if (cell === undefined && otherwise !== undefined) return otherwise;
      const value = /^\d+$/.test(cell?.text ?? "") ? Number(cell!.text) : NaN;
      if (value >= 1 && value <= MOST_SIZE) return value;
      const shown = cell === undefined ? "is missing" : `is "${cell.text.slice(0, 60)}"`;
      this.refuse(cell ?? cells[0]!, `${labelOf(column)} ${shown}; sizes are whole numbers from 1 to ${MOST_SIZE}.`);
      return 1;
    };
    const name = this.unique(of("name")?.text ?? "", line);
    this.sparsity(of("sparsity"), line);
    const batch = size("batch", 1);
    const layer = {
      name,
      kind: "product",
      tower: "model",
      phase: null,
      batch: 1,
      shared: true,
      classes: ["activation", "weight"],
      sameWeightsAs: null,
    } as const;
    if (isProduct) return { ...layer, m: batch * size("m"), n: size("n"), k: size("k"), count: 1, matrices: 1 };
    const stride = size("stride", 1);
    const places = (input: Column, window: Column, step: number): number => {
      const [whole, part] = [size(input), size(window)];
      if (part > whole)
        this.refuse(of(window)!, `${labelOf(window)} is ${part}, more than the ${whole} of ${labelOf(input)}.`);
      return Math.max(1, Math.ceil((whole - part + step) / step));
    };
    const m = batch * places("h", "r", size("strideH", stride)) * places("w", "s", size("strideW", stride));
    const [window, channels] = [size("r") * size("s"), size("channels")];
    const isDepthwise = name.includes("DP");
    const count = isDepthwise ? channels : 1;
    return { ...layer, m, n: size("filters"), k: window * (isDepthwise ? 1 : channels), count, matrices: count };
  }

  /** Products of sparse operands are not modelled. */
  sparsity(cell: Cell | undefined, line: number): void {
    const ratio = /^(\d+):(\d+)$/.exec(cell?.text ?? "");
    const isDense =
      cell === undefined ||
      ["", "0", "dense", "none"].includes(cell.text.toLowerCase()) ||
      (ratio !== null && ratio[1] === ratio[2]);
    if (!isDense)
      this.remarks.push({
        line,
        message: `Sparsity is ${cell.text}: sparse products are not modelled, it runs as a dense one.`,
      });
  }

  /** Names of operators are unique; a layer that has the name of another gets its number behind it. */
  unique(text: string, line: number): string {
    const plain = text === "" ? `layer-${line}` : text.slice(0, 180);
    const count = (this.names.get(plain) ?? 0) + 1;
    this.names.set(plain, count);
    if (count === 1) return plain;
    const name = `${plain}-${count}`;
    this.remarks.push({
      line,
      message: `"${plain}" is the name of a layer before this one, which is called "${name}" here.`,
    });
    return name;
  }

  refuse(at: { readonly start: number; readonly end: number }, message: string): void {
    this.problems.push(problemAtSpan(this, at, "peers/bad-topology", message));
  }

  stop(): void {
    if (this.problems.length > 0) throw new SpecError(this.problems);
  }
}

const LABELS: Readonly<Partial<Record<Column, string>>> = {
  ...{ m: "M", n: "N", k: "K", h: "IFMAP Height", w: "IFMAP Width", r: "Filter Height", s: "Filter Width" },
  ...{
    channels: "Channels",
    filters: "Num Filter",
    stride: "Strides",
    strideH: "Stride Height",
    strideW: "Stride Width",
    batch: "Batch Size",
  },
};
const labelOf = (column: Column): string => LABELS[column] ?? column;

/** Rows that hold something, each cell with its place; what begins with # in a cell is a comment up to the end of the line. */
function rowsOf(text: string): readonly Row[] {
  const rows: Row[] = [];
  let start = 0;
  for (const [index, whole] of text.split("\n").entries()) {
    const content = whole
      .replace(/\r$/, "")
      .replace(/^\uFEFF/, (mark) => " ".repeat(mark.length))
      .replace(/(^|,)\s*#.*$/, "$1");
    let at = start;
    const cells = content.split(",").map((part) => {
      const lead = part.length - part.trimStart().length;
      const cell = { text: part.trim(), start: at + lead, end: at + lead + Math.max(1, part.trim().length) };
      at += part.length + 1;
      return cell;
    });
    start += whole.length + 1;
    while (cells.length > 0 && cells.at(-1)!.text === "") cells.pop();
    if (cells.length > 0) rows.push({ line: index + 1, cells });
  }
  return rows;
}
