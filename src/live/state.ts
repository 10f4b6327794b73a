import { parseSetting, readSpecs, type SpecSet } from "../core/index.ts";
import { escapeControls } from "../errors/index.ts";
import { MOST_HASH, partsOfHash } from "../report/page/address.ts";
import type { Edits, LiveData, LiveSetting } from "./data.ts";

/** Settings of which the last one changed stands, and the others go. */
const INSTEAD: readonly (readonly string[])[] = [
  ["deployment.region", "deployment.gridIntensity", "deployment.gridHours", "deployment.gridTrace"],
  ["deployment.rate", "deployment.duty", "deployment.inferences"],
];

const othersOf = (path: string): readonly string[] =>
  INSTEAD.flatMap((group) => (group.includes(path) ? group.filter((each) => each !== path) : []));

/** Edits with some more. What stands instead of others takes their place. */
export function withEdits(edits: Edits, more: Iterable<readonly [string, string]>): Edits {
  const all = new Map(edits);
  for (const [path, written] of more) {
    for (const other of [path, ...othersOf(path)]) all.delete(other);
    all.set(path, written);
  }
  return all;
}

/** All settings of a design: those of the baseline that no edit takes the place of, and the edits. @throws SpecError */
export function settingsOf({ settings }: LiveData, edits: Edits): readonly LiveSetting[] {
  const gone = new Set([...edits.keys()].flatMap((path) => [path, ...othersOf(path)]));
  const changed = [...edits].map(([path, written]) => ({ ...parseSetting(`${path}=${written}`), written }));
  return [...settings.filter(({ path }) => !gone.has(path)), ...changed];
}

/** The design, read and checked as the command line would. @throws SpecError with every problem */
export function specsOf(data: LiveData, edits: Edits): SpecSet {
  const { model, hardware } = data;
  const settings = Object.fromEntries(settingsOf(data, edits).map(({ path, value }) => [path, value]));
  return readSpecs({ model: model.text ?? model.name, hardware: hardware.text ?? hardware.name, settings });
}

/** What edits say of the use of a design, and not of the design. */
export function useOf(edits: Edits): Edits {
  return new Map([...edits].filter(([path]) => path.startsWith("deployment.")));
}

/** Whether edits say the same, in whatever order. */
export function areSame(a: Edits, b: Edits): boolean {
  return a.size === b.size && [...a].every(([path, written]) => b.get(path) === written);
}

/** Settings in an address's hash that are looked at. */
const MOST_EDITS = 200;

/** Parts of a hash that stand for edits. */
export function partsOfEdits(edits: Edits): readonly string[] {
  return [...edits].map(([path, written]) => encodeURIComponent(`${path}=${written}`));
}

/**
 * Edits that the hash of an address stands for, beside what it says of views. Whether values are right is told where they are applied.
 *
 * @param hash with or without `#`; from anywhere
 */
export function editsOf(hash: string): Edits | { readonly problem: string } {
  const text = hash.replace(/^#/, "");
  if (text === "") return new Map();
  if (text.length > MOST_HASH)
    return { problem: `it has ${text.length} characters, and at most ${MOST_HASH} are read` };
  const parts = partsOfHash(text).others;
  if (parts.length > MOST_EDITS)
    return { problem: `it has ${parts.length} settings, and at most ${MOST_EDITS} are read` };
  let edits: Edits = new Map();
  for (const part of parts) {
    const setting = decoded(part);
    const at = setting?.indexOf("=") ?? -1;
    if (setting === null || at < 1 || escapeControls(setting) !== setting || setting.includes("\n"))
      return { problem: `${escapeControls(part).slice(0, 100)} is no path=value` };
    edits = withEdits(edits, [[setting.slice(0, at).trim(), setting.slice(at + 1).trim()]]);
  }
  return edits;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** The name of a file that holds a model or a chip of this name. */
export function fileNameOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "");
  return `${plain === "" ? "design" : plain.slice(0, 80)}.yaml`;
}

const quoted = (word: string): string => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** The command that gives the page's numbers; models and chips that are no presets are the files that the page saves. */
export function commandOf(data: LiveData, edits: Edits): string {
  const source = ({ name, text }: LiveData["model"]): string => (text === null ? name : fileNameOf(name));
  const settings = settingsOf(data, edits).flatMap(({ path, written }) => ["--set", `${path}=${written}`]);
  const objective = data.objective === undefined ? [] : ["--objective", data.objective];
  return ["ecotile", "simulate", source(data.model), source(data.hardware), ...settings, ...objective, "--json"]
    .map(quoted)
    .join(" ");
}
