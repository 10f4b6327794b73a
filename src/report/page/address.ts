/** Characters of an address's hash that are looked at. */
export const MOST_HASH = 8_000;

const VIEW = "view.";

/** The parts of a hash: what the views of a report show, and what is of others. They are as written, encoded. */
export function partsOfHash(hash: string): { readonly view: readonly string[]; readonly others: readonly string[] } {
  const text = hash.replace(/^#/, "");
  const parts = text === "" || text.length > MOST_HASH ? [] : text.split("&");
  const isView = (part: string): boolean => part.startsWith(VIEW);
  return { view: parts.filter(isView), others: parts.filter((part) => !isView(part)) };
}

/** A hash of parts, with its `#`; empty: none. */
export function hashOfParts(...parts: readonly (readonly string[])[]): string {
  const all = parts.flat();
  return all.length === 0 ? "" : `#${all.join("&")}`;
}

/** What a design must have to be shown: numbers within ends, which may be open, or one of some values. */
export type Filter =
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | { readonly kind: "values"; readonly values: readonly string[] };

/** What a reader has made the report show. */
export interface View {
  /** Metrics of the scatter; null: as the report chooses. */
  readonly x: string | null;
  readonly y: string | null;
  readonly colour: string | null;
  /** By metric, or by path of a parameter. */
  readonly filters: ReadonlyMap<string, Filter>;
  /** Design shown in detail; null: the one that the report chooses. */
  readonly picked: string | null;
  /** Parameter and metric of the slice; null: as the report chooses. */
  readonly slice: readonly [path: string, metric: string] | null;
}

export const PLAIN_VIEW: View = { x: null, y: null, colour: null, filters: new Map(), picked: null, slice: null };

/** What a view may name: it is read against that. */
export interface Schema {
  /** Metrics that every design of the report has. */
  readonly metrics: readonly string[];
  /** Values of parameters, as texts. */
  readonly parameters: ReadonlyMap<string, readonly string[]>;
  readonly designs: ReadonlySet<string>;
}

const AXES = ["x", "y", "colour"] as const;

/** A view as parts of a hash. */
export function partsOfView({ filters, picked, slice, ...axes }: View): readonly string[] {
  const part = (key: string, value: string): string => `${VIEW}${encodeURIComponent(key)}=${encodeURIComponent(value)}`;
  return [
    ...AXES.flatMap((axis) => (axes[axis] === null ? [] : [part(axis, axes[axis]!)])),
    ...[...filters].map(([key, filter]) =>
      filter.kind === "range"
        ? part(`range.${key}`, `${endText(filter.low)}..${endText(filter.high)}`)
        : part(`in.${key}`, JSON.stringify(filter.values)),
    ),
    ...(picked === null ? [] : [part("pick", picked)]),
    ...(slice === null ? [] : [part("slice", JSON.stringify(slice))]),
  ];
}

const endText = (end: number): string => (Number.isFinite(end) ? String(end) : "");

/** The view that parts of a hash stand for. What names nothing of the schema, or lies outside it, is left out. */
export function viewOfParts(parts: readonly string[], schema: Schema): View {
  const view = { ...PLAIN_VIEW, filters: new Map<string, Filter>() };
  for (const part of parts) {
    const at = part.indexOf("=");
    const [key, value] = [decoded(part.slice(VIEW.length, at)), decoded(part.slice(at + 1))];
    if (at < 0 || key === null || value === null) continue;
    const axis = AXES.find((each) => each === key);
    if (axis !== undefined && schema.metrics.includes(value)) view[axis] = value;
    if (key === "pick" && schema.designs.has(value)) view.picked = value;
    if (key === "slice") {
      const [path, metric] = textsOf(value);
      if (path !== undefined && schema.parameters.has(path) && schema.metrics.includes(metric ?? ""))
        view.slice = [path, metric!];
    }
    const filter = filterOf(key, value, schema);
    if (filter !== null) view.filters.set(...filter);
  }
  return view;
}

function filterOf(key: string, value: string, { metrics, parameters }: Schema): readonly [string, Filter] | null {
  const name = key.replace(/^(range|in)\./, "");
  if (key.startsWith("range.") && metrics.includes(name)) {
    const ends = /^(-?[\d.]*(?:e[+-]?\d+)?)\.\.(-?[\d.]*(?:e[+-]?\d+)?)$/.exec(value);
    if (ends === null) return null;
    const low = ends[1] === "" ? -Infinity : Number(ends[1]);
    const high = ends[2] === "" ? Infinity : Number(ends[2]);
    return low <= high ? [name, { kind: "range", low, high }] : null;
  }
  const known = key.startsWith("in.") ? parameters.get(name) : undefined;
  if (known === undefined) return null;
  const values = textsOf(value).filter((each) => known.includes(each));
  return values.length > 0 ? [name, { kind: "values", values: [...new Set(values)] }] : null;
}

function textsOf(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** What filters look at of a design. */
export interface Filtered {
  readonly metrics: Readonly<Record<string, number | null>>;
  readonly point: Readonly<Record<string, number | string | boolean>>;
}

/** Whether a design is what the filters ask for. A metric that it has no value of is not. */
export function isShown({ metrics, point }: Filtered, filters: View["filters"]): boolean {
  return [...filters].every(([key, filter]) => {
    if (filter.kind === "values") return Object.hasOwn(point, key) && filter.values.includes(String(point[key]));
    const value = metrics[key];
    return typeof value === "number" && value >= filter.low && value <= filter.high;
  });
}
