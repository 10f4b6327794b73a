import type { Remark } from "../remark.ts";
import type { Configuration } from "./hardware.ts";
import type { IniEntry } from "./ini.ts";

/** Keys that the hardware file is made of. */
const READ: Readonly<Record<string, readonly string[]>> = {
  general: ["run_name"],
  architecture_presets: [
    ...["arrayheight", "arraywidth", "dataflow", "bandwidth"],
    ...["ifmapsramszkb", "filtersramszkb", "ofmapsramszkb", "ifmapsramsz", "filtersramsz", "ofmapsramsz"],
  ],
  run_presets: ["interfacebandwidth"],
};

/** What switches something on that is not modelled here. */
const SWITCHES: Readonly<Record<string, string>> = {
  sparsitysupport: "sparse products are not modelled: they run as dense ones",
  ifmapcustomlayout: "layouts of the memories and conflicts of their banks are not modelled",
  filtercustomlayout: "layouts of the memories and conflicts of their banks are not modelled",
  ofmapcustomlayout: "layouts of the memories and conflicts of their banks are not modelled",
  useramulatortrace: "DRAM is its bandwidth here, without banks and rows",
};

/** Keys that play a part only where one of the switches is on. */
const BELOW: readonly { readonly keys: RegExp; readonly switches: readonly string[]; readonly what: string }[] = [
  {
    keys: /^(sparserep|optimizedmapping|blocksize|randomnumbergeneratorseed)$/,
    switches: ["sparsitysupport"],
    what: "no sparsity is in use",
  },
  {
    keys: /^(ifmap|filter|ofmap)sram?bank/,
    switches: ["ifmapcustomlayout", "filtercustomlayout", "ofmapcustomlayout"],
    what: "no layout is in use",
  },
  { keys: /^(read|write)requestbuffer$/, switches: ["useramulatortrace"], what: "no trace of DRAM is in use" },
];

const ADDRESS = /^(ifmap|filter|ofmap)offset$/;
const isOn = (value: string): boolean => /^(true|1|yes|on)$/i.test(value);
const isOff = (value: string): boolean => /^(false|0|no|off)$/i.test(value);

/** What of a configuration the hardware file does not say, line by line; keys for one reason together. */
export function remarksOf(configuration: Configuration): readonly Remark[] {
  const remarks: Remark[] = [];
  const together = new Map<string, IniEntry[]>();
  const sections = configuration.ini.sections;
  const on = new Set(
    [...sections.values()].flatMap((each) => [...each].filter(([, { value }]) => isOn(value)).map(([key]) => key)),
  );
  for (const [section, entries] of sections) {
    for (const [key, entry] of entries) {
      if ((READ[section] ?? []).includes(key)) continue;
      const reason = reasonOf(key, entry, on);
      if (reason === null) continue;
      const group = `${section}: ${reason}`;
      const before = together.get(group) ?? [];
      together.set(group, [...before, entry]);
    }
  }
  for (const [group, entries] of together) {
    const reason = group.slice(group.indexOf(": ") + 2);
    const keys = entries.map(({ key, value }) => `${key} is ${value === "" ? "empty" : value.slice(0, 60)}`).join(", ");
    remarks.push({ line: entries[0]!.line, message: `${keys}: ${reason}.` });
  }
  return remarks;
}

/** Why a key is left out; null: the hardware file says the same without it. */
function reasonOf(key: string, { value }: IniEntry, on: ReadonlySet<string>): string | null {
  const feature = SWITCHES[key];
  if (feature !== undefined) return isOff(value) ? null : feature;
  if (ADDRESS.test(key)) return "addresses in traces, on which no count depends";
  const below = BELOW.find(({ keys }) => keys.test(key));
  if (below !== undefined && !below.switches.some((each) => on.has(each)))
    return `nothing depends on it, since ${below.what}`;
  if (below !== undefined)
    return `belongs to ${below.switches.filter((each) => on.has(each)).join(", ")}, which is not modelled`;
  if (/memorybanks$/.test(key) && value === "1") return null;
  return "not read, nothing here is like it";
}
