import type { Mapping, Tile } from "./mapping.ts";

const named = (flags: { readonly input: boolean; readonly weight: boolean; readonly output: boolean }): string =>
  Object.entries(flags)
    .filter(([, isSet]) => isSet)
    .map(([name]) => name)
    .join(", ");

const sizes = ({ m, n, k }: Tile): string => `${m} × ${n} × ${k}`;

function doubled(flags: { readonly input: boolean; readonly weight: boolean; readonly output: boolean }): string {
  const names = named(flags);
  return names === "" ? "single buffered" : `double buffered: ${names}`;
}

/** A mapping for people, from DRAM inwards, one level a line; tiles are m × n × k. */
export function formatMapping(mapping: Mapping): string {
  const { coreSplit, arraySplit, globalTile, localTile, arrayTile, spatial, registerTile, doubleBuffered } = mapping;
  const lines = [];
  const shared = Object.entries(coreSplit).filter(([, cores]) => cores > 1);
  if (shared.length > 0) {
    lines.push(`cores         ${shared.map(([name, cores]) => `${name} over ${cores}`).join(", ")}`);
  }
  const ofArrays = Object.entries(arraySplit).filter(([, arrays]) => arrays > 1);
  if (ofArrays.length > 0) {
    lines.push(`arrays        ${ofArrays.map(([name, arrays]) => `${name} over ${arrays}`).join(", ")} of a core`);
  }
  if (mapping.packed > 1) lines.push(`packed        ${mapping.packed} batch elements on an array`);
  const outerOrder = mapping.dramOrder.join(" > ");
  const innerOrder = mapping.globalOrder.join(" > ");
  if (globalTile !== null) {
    lines.push(`global buffer ${sizes(globalTile)}, loops ${outerOrder}, ${doubled(doubleBuffered.global)}`);
  }
  if (localTile !== null) {
    const order = globalTile === null && arrayTile !== null ? outerOrder : innerOrder;
    lines.push(`local buffer  ${sizes(localTile)}, loops ${order}, ${doubled(doubleBuffered.local)}`);
  }
  if (named(mapping.kept) !== "") lines.push(`              kept whole: ${named(mapping.kept)}`);
  if (mapping.bypass !== null) lines.push(`              ${mapping.bypass} goes past it into the PE registers`);
  if (arrayTile !== null) lines.push(`array tile    ${sizes(arrayTile)}, loops ${innerOrder}`);
  lines.push(
    `array         ${mapping.dataflow}, rows ${sizes(spatial.rows)}, columns ${sizes(spatial.cols)}`,
    `registers     ${sizes(registerTile)} steps`,
  );
  return lines.join("\n");
}
