import type { Operand } from "../spec/index.ts";
import type { PeerPort } from "./machine.ts";
import { isTree, type Reader } from "./reader.ts";

/** What ZigZag calls the operands of a product. */
export const OPERANDS: Readonly<Record<string, Operand>> = { I1: "input", I2: "weight", O: "output" };

/** Ports of a memory. */
interface Ports {
  readonly rates: {
    readonly read: number;
    readonly write: number;
    readonly isShared: boolean;
    readonly ports?: Readonly<Partial<Record<Operand, PeerPort>>>;
  };
  /** Bits of an access. */
  readonly readWidth: number;
  readonly writeWidth: number;
  /** Bits that a transfer is counted in; null: those of an access, in part. */
  readonly granularity: number | null;
}

/** A port, bits a cycle, and what it does: `tl`, `fl`. */
interface Port {
  readonly name: string;
  readonly width: number;
  /** Least bits that it moves; null: not stated. */
  readonly least: number | null;
  readonly does: readonly string[];
  /** Operands that it moves towards the multipliers, and from them. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Ports of the memory `name`, in either spelling. */
export function portsOf(reader: Reader, name: string, operands: readonly string[]): Ports {
  const at = ["memories", name];
  const entries = reader.list([...at, "ports"]);
  const isNew = entries.some((each) => isTree(each) && "allocation" in each);
  const ports = isNew ? newPorts(reader, name, entries) : oldPorts(reader, name, entries, operands);
  const doing = (way: string): readonly Port[] => ports.filter(({ does }) => does.includes(way));
  const [reading, writing] = [doing("tl"), doing("fl")];
  const sum = (all: readonly Port[]): number => all.reduce((total, { width }) => total + width, 0);
  const widest = (all: readonly Port[]): number => Math.max(...all.map(({ width }) => width));
  const common = reading.filter((each) => writing.includes(each));
  const isShared = common.length > 0 && common.length === writing.length && common.length === reading.length;
  const own = ownPorts(ports, operands);
  if (own === undefined && common.length > 0 && !isShared)
    reader.remark(
      at,
      `${name} has ports that read and write and others beside them; here reads and writes do not wait for each other.`,
    );
  if (own === undefined && reading.length > 1)
    reader.remark(
      at,
      `${name} has ${reading.length} ports towards the multipliers, each for its own operands; here one of their sum.`,
    );
  const readWidth = reading.length === 0 ? widest(ports) : widest(reading);
  const writeWidth = writing.length === 0 ? readWidth : widest(writing);
  // A memory of operands alone is not written from below.
  return {
    rates: {
      read: reading.length === 0 ? readWidth : sum(reading),
      write: writing.length === 0 ? writeWidth : sum(writing),
      isShared,
      ...(own === undefined ? {} : { ports: own }),
    },
    readWidth,
    writeWidth,
    granularity: reading[0]?.least ?? ports[0]?.least ?? null,
  };
}

/** Ports by operand, where each has one towards the multipliers and not all have the same; else undefined. */
function ownPorts(
  ports: readonly Port[],
  operands: readonly string[],
): Readonly<Partial<Record<Operand, PeerPort>>> | undefined {
  const found = operands.flatMap((listed): readonly (readonly [Operand, PeerPort])[] => {
    const operand = OPERANDS[listed];
    const reading = ports.filter(({ reads }) => reads.includes(listed));
    const writing = ports.filter(({ writes }) => writes.includes(listed));
    const [down, up = down] = [reading[0], writing[0]];
    if (operand === undefined || down === undefined || up === undefined || reading.length > 1) return [];
    return [[operand, { name: down.name, read: down.width, write: up.width, isShared: writing.includes(down) }]];
  });
  const isApart = new Set(found.map(([, { name }]) => name)).size > 1;
  return isApart && found.length === operands.length ? Object.fromEntries(found) : undefined;
}

function newPorts(reader: Reader, name: string, entries: readonly unknown[]): readonly Port[] {
  return entries.map((_, index) => {
    const at = ["memories", name, "ports", index];
    const tree = reader.tree(at);
    const least = [...at, "bandwidth_min"];
    reader.unread(at, ["name", "type", "bandwidth_min", "bandwidth_max", "allocation"]);
    const all = reader.list([...at, "allocation"]).map((each) =>
      String(each)
        .split(",")
        .map((part) => part.trim()),
    );
    const allocation = all.map((parts) => parts.at(-1)!);
    const of = (way: string): readonly string[] => all.flatMap(([operand, does]) => (does === way ? [operand!] : []));
    return {
      name: String(tree["name"]),
      width: reader.number([...at, "bandwidth_max"], 1),
      least: reader.has(least) ? reader.number(least, 1) : null,
      does: allocation,
      reads: of("tl"),
      writes: of("fl"),
    };
  });
}

function oldPorts(
  reader: Reader,
  name: string,
  entries: readonly unknown[],
  operands: readonly string[],
): readonly Port[] {
  const at = ["memories", name];
  const [read, write] = [reader.number([...at, "r_bw"], 1), reader.number([...at, "w_bw"], 1)];
  const does = new Map<string, string[]>();
  const moved = new Map<string, string[]>();
  if (entries.length !== operands.length)
    reader.remark([...at, "ports"], `${name} has ${entries.length} lists of ports for ${operands.length} operands.`);
  entries.forEach((_, index) => {
    for (const [way, port] of Object.entries(reader.tree([...at, "ports", index]))) {
      const key = String(port);
      does.set(key, [...(does.get(key) ?? []), way]);
      moved.set(`${key} ${way}`, [...(moved.get(`${key} ${way}`) ?? []), operands[index] ?? ""]);
    }
  });
  if (does.size === 0) does.set("r_port_1", ["tl"]);
  return [...does].map(([port, ways]) => ({
    name: port,
    least: null,
    width: ways.includes("tl") || ways.includes("th") ? read : write,
    does: ways,
    reads: moved.get(`${port} tl`) ?? [],
    writes: moved.get(`${port} fl`) ?? [],
  }));
}
