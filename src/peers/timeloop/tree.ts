import { pathKey } from "../../spec/index.ts";
import { isTree, type Place, type Reader } from "../reader.ts";

/*
 * Architectures of Timeloop as a list of components from the outside inwards. Three forms:
 *
 *   0.2, 0.3   subtree: a list of nodes, each with `local` components and a `subtree`; a name with [0..N] stands for N + 1 copies
 *   0.4        nodes: !Container and !Component in turn, what `spatial: {meshX, meshY}` says multiplies what follows; nodes of
 *              !Parallel lie side by side
 *   before     arch: { arithmetic, storage }, storage from the inside outwards, with `instances`
 */

export const TAGS: readonly string[] = [
  "!Container",
  "!Component",
  "!Parallel",
  "!Hierarchical",
  "!Pipelined",
  "!Nothing",
];

/** Attributes that are read. */
export const READ = [
  "width",
  "depth",
  "memory_width",
  "memory_depth",
  "sizekb",
  "entries",
  "datawidth",
  "word-bits",
  "word_bits",
  "block-size",
  "block_size",
  "read_bandwidth",
  "write_bandwidth",
  "shared_bandwidth",
  "bandwidth",
  "technology",
  "type",
  "instances",
  "name",
  "meshx",
  "multiplier_width",
  "adder_width",
];

export interface Component {
  readonly name: string;
  readonly place: Place;
  /** Class and subclass, for example "storage smartbuffer_RF". */
  readonly kind: string;
  /** Attributes, those of containers around it included, each with its place. */
  readonly attributes: ReadonlyMap<string, Place>;
  readonly copies: number;
  /** Copies along X and Y of the chip. */
  readonly meshX: number;
  /** Place of its constraints; null: there are none. */
  readonly constraints: Place | null;
}

interface Around {
  readonly attributes: ReadonlyMap<string, Place>;
  readonly x: number;
  readonly y: number;
}

const NODE_KEYS = [
  "name",
  "class",
  "subclass",
  "attributes",
  "spatial",
  "constraints",
  "nodes",
  "local",
  "subtree",
  "<<",
  "<<<",
  "enabled",
  "required_actions",
];

/** @returns components from the outside inwards; problems and remarks are the reader's */
export function componentsOf(reader: Reader): readonly Component[] {
  const found: Component[] = [];
  const around: Around = { attributes: new Map(), x: 1, y: 1 };
  const root = reader.tree([]);
  if ("arch" in root) return oldComponents(reader);
  reader.unread(["architecture"], ["version", "nodes", "subtree", "attributes", "name"]);
  if (reader.has(["architecture", "nodes"])) walkNodes(reader, ["architecture", "nodes"], around, found);
  else walkSubtree(reader, ["architecture", "subtree"], around, found);
  const others = Object.keys(root).filter((key) => key !== "architecture");
  for (const key of others)
    reader.remark([key], `${key} is not read: the hardware file is made of the architecture alone.`);
  return found;
}

function walkNodes(reader: Reader, place: Place, around: Around, found: Component[]): Around {
  let inside = around;
  reader.list(place).forEach((_, index) => {
    const at = [...place, index];
    const tag = reader.document.tags?.get(pathKey(at)) ?? "";
    reader.unread(at, NODE_KEYS);
    const own = within(reader, at, inside);
    if (tag === "!Nothing") return;
    if (tag === "!Parallel" || tag === "!Hierarchical" || tag === "!Pipelined") {
      if (tag === "!Hierarchical") inside = walkNodes(reader, [...at, "nodes"], own, found);
      else reader.list([...at, "nodes"]).forEach((__, each) => walkOne(reader, [...at, "nodes", each], own, found));
    } else if (tag === "!Container") {
      noteConstraints(reader, at);
      if (reader.has([...at, "attributes"])) reader.unread([...at, "attributes"], READ);
      inside = own;
    } else if (tag === "!Component") {
      // What a component multiplies by is what follows, too.
      inside = { ...own, attributes: inside.attributes };
      found.push(componentOf(reader, at, own));
    } else reader.refuse(at, "A node must be a !Container, !Component, !Parallel, !Hierarchical or !Pipelined.");
  });
  return inside;
}

function walkOne(reader: Reader, at: Place, around: Around, found: Component[]): void {
  const tag = reader.document.tags?.get(pathKey(at)) ?? "";
  reader.unread(at, NODE_KEYS);
  if (tag === "!Component") found.push(componentOf(reader, at, within(reader, at, around)));
  else if (tag === "!Hierarchical") walkNodes(reader, [...at, "nodes"], within(reader, at, around), found);
  else if (tag !== "!Nothing")
    reader.refuse(at, "A node of !Parallel must be a !Component, !Hierarchical or !Nothing.");
}

function within(reader: Reader, at: Place, around: Around): Around {
  const mesh = (key: string): number =>
    reader.has([...at, "spatial", key]) ? reader.number([...at, "spatial", key], 1) : 1;
  return { attributes: attributesAt(reader, at, around), x: around.x * mesh("meshX"), y: around.y * mesh("meshY") };
}

function attributesAt(reader: Reader, at: Place, { attributes }: Around): ReadonlyMap<string, Place> {
  const merged = new Map(attributes);
  const add = (place: Place): void => {
    const value = reader.valueAt(place);
    if (!isTree(value)) return;
    for (const key of Object.keys(value)) if (key !== "<<" && key !== "<<<") merged.set(key, [...place, key]);
  };
  for (const from of ["<<", "<<<"]) add([...at, from, "attributes"]);
  for (const from of ["<<", "<<<"]) add([...at, "attributes", from]);
  add([...at, "attributes"]);
  return merged;
}

/** How loops lie along copies is the mapper's here. */
function noteConstraints(reader: Reader, at: Place): void {
  const own = [...at, "constraints", "spatial"];
  if (reader.has(own))
    reader.remark(
      own,
      `constraints of ${nameAt(reader, at)} are not read: which loops lie along its copies is the mapper's here.`,
    );
}

const nameAt = (reader: Reader, at: Place): string =>
  String(reader.valueAt([...at, "name"]) ?? "a node without a name");

function walkSubtree(reader: Reader, place: Place, around: Around, found: Component[]): void {
  reader.list(place).forEach((_, index) => {
    const at = [...place, index];
    reader.unread(at, NODE_KEYS);
    const { count } = rangeOf(reader, at);
    if (reader.has([...at, "attributes"])) reader.unread([...at, "attributes"], READ);
    const own: Around = { attributes: attributesAt(reader, at, around), x: around.x * count, y: around.y };
    if (reader.has([...at, "local"]))
      reader
        .list([...at, "local"])
        .forEach((__, each) => found.push(localComponent(reader, [...at, "local", each], own)));
    if (reader.has([...at, "subtree"])) walkSubtree(reader, [...at, "subtree"], own, found);
  });
}

/** `PE[0..167]`: 168 copies. */
function rangeOf(reader: Reader, at: Place): { readonly name: string; readonly count: number } {
  const text = nameAt(reader, at);
  const range = /^(.*?)\[(\d+)\.\.(\d+)\]$/.exec(text);
  if (range === null) return { name: text, count: 1 };
  const count = Number(range[3]) - Number(range[2]) + 1;
  if (count < 1) reader.refuse([...at, "name"], `The range of ${text} ends before it begins.`);
  return { name: range[1]!.trim(), count: Math.max(1, count) };
}

function localComponent(reader: Reader, at: Place, around: Around): Component {
  reader.unread(at, NODE_KEYS);
  const { name, count } = rangeOf(reader, at);
  const attributes = attributesAt(reader, at, around);
  const copies = around.x * around.y * count;
  const mesh = attributes.get("meshX");
  const meshX = mesh === undefined ? copies : Math.min(copies, reader.number(mesh, 1));
  return { name, place: at, kind: kindAt(reader, at), attributes, copies, meshX, constraints: null };
}

function componentOf(reader: Reader, at: Place, around: Around): Component {
  const constraints = reader.has([...at, "constraints"]) ? [...at, "constraints"] : null;
  return {
    name: nameAt(reader, at),
    place: at,
    kind: kindAt(reader, at),
    attributes: attributesAt(reader, at, around),
    copies: around.x * around.y,
    meshX: around.x,
    constraints,
  };
}

function kindAt(reader: Reader, at: Place): string {
  const parts = ["class", "subclass"].flatMap((key) => [
    ...["<<", "<<<"].map((from) => [...at, from, key]),
    [...at, key],
  ]);
  return parts
    .map((place) => reader.valueAt(place))
    .filter((each) => typeof each === "string")
    .join(" ");
}

/** The oldest form: storage levels from the inside outwards, all in one list. */
function oldComponents(reader: Reader): readonly Component[] {
  const component = (at: Place, kind: string, fallback: string): Component => {
    const tree = reader.tree(at);
    const attributes = new Map(Object.keys(tree).map((key) => [key, [...at, key]] as const));
    const copies = reader.has([...at, "instances"]) ? reader.number([...at, "instances"], 1) : 1;
    const meshX = reader.has([...at, "meshX"]) ? Math.min(copies, reader.number([...at, "meshX"], 1)) : copies;
    const isFar = tree["technology"] === "DRAM";
    return {
      name: String(tree["name"] ?? fallback),
      place: at,
      kind: isFar ? "DRAM" : kind,
      attributes,
      copies,
      meshX,
      constraints: null,
    };
  };
  const storage = reader
    .list(["arch", "storage"])
    .map((_, index) => component(["arch", "storage", index], "storage", `storage ${index}`));
  for (const key of Object.keys(reader.tree([])).filter((each) => each !== "arch"))
    reader.remark([key], `${key} is not read: the hardware file is made of the architecture alone.`);
  return [...storage.reverse(), component(["arch", "arithmetic"], "intmac", "MACs")];
}
