import { posix } from "node:path";
import ts from "typescript";

/** What a room may import: "all" of another room, or only its "types". */
type Rights = Readonly<Record<string, "all" | "types">>;

const all = (...rooms: readonly string[]): Rights => Object.fromEntries(rooms.map((room) => [room, "all" as const]));
const types = (...rooms: readonly string[]): Rights =>
  Object.fromEntries(rooms.map((room) => [room, "types" as const]));

const basics = all("math", "units", "metrics", "errors", "random", "csv", "data");
const description = { ...basics, ...all("spec", "workload") };
const simulation = { ...description, ...all("mapping") };
const evaluation = { ...simulation, ...all("sim", "cost", "accuracy") };

/** What runs without files, for every host. */
const simulator = { ...evaluation, ...all("evaluate", "worker") };

const useCase = { ...evaluation, ...all("evaluate", "worker", "search", "store", "report", "simulate") };

/** The rooms from top to bottom. A room imports only rooms above it; search and accuracy see less than that. */
export const ROOMS: Readonly<Record<string, Rights>> = {
  math: {},
  units: all("math"),
  metrics: all("units"),
  errors: {},
  csv: all("errors"),
  random: {},
  data: {},
  spec: all("math", "units", "metrics", "errors", "csv", "data"),
  workload: { ...basics, ...all("spec") },
  mapping: description,
  sim: { ...simulation, ...all("assembly") },
  cost: { ...simulation, ...types("sim") },
  accuracy: description,
  evaluate: evaluation,
  service: { ...evaluation, ...all("evaluate") },
  search: basics,
  worker: { ...evaluation, ...all("evaluate", "search") },
  store: { ...basics, ...types("search") },
  simulate: simulator,
  core: { ...simulator, ...all("simulate") },
  plan: { ...basics, ...all("spec") },
  peers: { ...basics, ...all("spec") },
  report: { ...basics, ...all("store"), ...types("search", "cost") },
  live: { ...simulator, ...all("simulate", "core", "report") },
  study: { ...useCase, ...all("live") },
  queue: { ...useCase, ...all("study") },
  shards: { ...useCase, ...all("study") },
  serve: { ...useCase, ...all("study", "service") },
  cli: { ...useCase, ...all("live", "study", "service", "plan", "peers", "queue", "shards", "serve") },
  "index.ts": { ...useCase, ...all("study", "service", "peers") },
  "package-root.ts": {},
};

/** Packages that one room hides from the others. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "@assemblyscript/loader": ["sim"],
  "@bufbuild/protobuf": ["workload"],
  highs: ["plan"],
  bullmq: ["queue"],
  ioredis: ["queue"],
  libsql: ["store"],
  piscina: ["worker"],
  "csv-parse": ["csv"],
  "csv-stringify": ["csv"],
  echarts: ["report"],
  "hyparquet-writer": ["report"],
  commander: ["cli"],
  "cli-progress": ["cli"],
  picocolors: ["cli"],
};

export interface Import {
  /** Path from the repository's root, with forward slashes. */
  readonly file: string;
  readonly line: number;
  readonly from: string;
  readonly isTypeOnly: boolean;
}

/** Every import, re-export, `import()` and `import("…").Type` of a source text. */
export function importsOf(file: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, isTypeOnly: boolean, at: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(at.getStart()).line + 1;
    const from = specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : "(computed)";
    found.push({ file, line, from, isTypeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const { importClause: clause } = node;
      const named = clause?.namedBindings;
      const everyNameIsType =
        clause !== undefined &&
        clause.name === undefined &&
        named !== undefined &&
        ts.isNamedImports(named) &&
        named.elements.every((element) => element.isTypeOnly);
      add(node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || everyNameIsType, node);
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node.moduleSpecifier, node.isTypeOnly, node);
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true, node);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false, node);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The room of a file: its folder in src/, `assembly`, or the file's name where it lies in src/ itself. */
export function roomOf(file: string): string {
  const [top, room] = file.split("/");
  return top === "src" ? (room ?? "") : (top ?? "");
}

/** Why an import points the wrong way; null: it does not. */
export function complaint({ file, line, from, isTypeOnly }: Import): string | null {
  const room = roomOf(file);
  const rights = ROOMS[room];
  const at = `${file}:${line}`;
  if (rights === undefined) return `${at}: there is no room ${room}`;
  if (from === "(computed)") return `${at}: import() of something computed`;
  if (from.startsWith("node:")) return null;
  if (!from.startsWith(".")) {
    const name = from.split("/", from.startsWith("@") ? 2 : 1).join("/");
    const homes = PACKAGES[name];
    return homes === undefined || homes.includes(room) ? null : `${at}: ${name} belongs to ${homes.join(", ")}`;
  }
  const target = posix.join(posix.dirname(file), from);
  const other = roomOf(target);
  if (other === room || target === "src/package-root.ts") return null;
  const right = rights[other];
  if (right === "all" || (right === "types" && isTypeOnly)) return null;
  return `${at}: ${room} must not import ${right === "types" ? "values" : "anything"} from ${other} (${from})`;
}
