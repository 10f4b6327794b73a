import { countText, grouped, shownNumber } from "../../report/metric-labels.ts";
import type { Takeovers, WorldAxis } from "../../study/index.ts";
import { SECONDS_PER_YEAR } from "../../units/index.ts";
import { renderTable } from "../output.ts";
import type { WorldsOutcome } from "./outcome.ts";

/** How axes are called, and their values in the unit of the name. */
const SHOWN: Readonly<Record<WorldAxis, { readonly title: string; readonly scale: number }>> = {
  lifetime: { title: "Life (years)", scale: 1 / SECONDS_PER_YEAR },
  gridIntensity: { title: "Grid (gCO2e/kWh)", scale: 1 },
  hoursPerDay: { title: "Use (h a day)", scale: 1 },
  rate: { title: "Rate (1/s in use)", scale: 1 },
};

/** Designs of a floor that are listed. */
const MOST_LISTED = 12;

const short = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)));
const valueText = (axis: WorldAxis, value: number): string => short(value * SHOWN[axis].scale);
const named = (design: number): string => `#${design}`;

/** Which designs win in which worlds, for people. */
export function worldsText(outcome: WorldsOutcome): string {
  const { study, result } = outcome;
  const { grid, own, worlds, winnerCount, everywhereCount, possibleCount, chips } = result;
  const axes = Object.entries(SHOWN).map(([name, { title }]) => {
    const axis = name as WorldAxis;
    return [title, grid[axis].map((value) => valueText(axis, value)).join(", "), valueText(axis, own[axis])];
  });
  const total = Number(result.designCount);
  const never = total - winnerCount;
  const sizes = worlds.map(({ winners }) => winners);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const isJudged = result.floors.some(({ of }) => of !== "none");
  const idle = worlds.filter(({ winners }) => winners === 0).length;
  return [
    `${study.name} in ${grouped(worlds.length)} worlds`,
    renderTable(["", "Worlds", "Study"], axes),
    `A design wins in a world where no other one within the study's limits ${isJudged ? "is at least as accurate and " : ""}has less total carbon.`,
    `${countText(winnerCount)} of ${countText(total)} designs win in some world, on ${grouped(chips.winning)} of ${grouped(chips.all)} chips; ${countText(everywhereCount)} in all of them. ${countText(never)} (${shareText(never, total)}) never win.`,
    `In the worlds between these, at most ${countText(possibleCount)} win: every other design loses to one and the same design in all of them.`,
    `Winners in one world: ${least === most ? grouped(least) : `${grouped(least)} to ${grouped(most)}`}.${idle === 0 ? "" : ` In ${grouped(idle)} worlds no design keeps the limits and the rate.`}`,
    ...result.floors.map((_, f) => `\n${floorText(outcome, f)}`),
  ].join("\n");
}

/** A share that is not all of them is not shown as such. */
function shareText(count: number, total: number): string {
  const percent = (100 * count) / total;
  for (let digits = 4; digits <= 12; digits += 1) {
    const text = percent.toPrecision(digits);
    if (Number(text) < 100 || count === total) return `${Number(text)} %`;
  }
  return `${percent} %`;
}

function floorText({ result, floorDesigns }: WorldsOutcome, f: number): string {
  const { of, accuracy, takeovers } = result.floors[f]!;
  const designs = floorDesigns[f]!;
  const asked = {
    none: "Least total carbon",
    baseline: `Least total carbon, as accurate as the study's own model: ${shownNumber("accuracy", accuracy)} %`,
    "baseline, low": `Least total carbon, at least the low end of that accuracy's interval: ${shownNumber("accuracy", accuracy)} %`,
  }[of];
  if (designs.length === 0) return `${asked}: no design.`;
  const rows = designs
    .slice(0, MOST_LISTED)
    .map(({ design, worlds, embodied, energy, hardware, towers }) => [
      ...[named(design), grouped(worlds)],
      ...[shownNumber("carbon_embodied_kgCO2e", embodied), shownNumber("energy_total_J", energy), hardware, towers],
    ]);
  const more = designs.length - rows.length;
  const head = ["Design", "Worlds", "Embodied (kgCO2e)", "Energy (mJ)", "Chip", "Model"];
  return [
    asked,
    renderTable(head, rows, ["Model", "Energy (mJ)", "Embodied (kgCO2e)"]),
    ...(more > 0 ? [`${grouped(more)} more; --json has them all.`] : []),
    ...(takeovers.length === 0 ? [] : ["Break-evens, all else as in the study:", ...takeovers.map(takeoverText)]),
  ].join("\n");
}

/** "  Grid (gCO2e/kWh) from 20: #0 to 103.3, #3 to 175.1, #2 to 800". */
function takeoverText({ axis, stretches }: Takeovers): string {
  const parts = stretches.map(({ design, to }) => `${named(design)} to ${valueText(axis, to)}`);
  return `  ${SHOWN[axis].title} from ${valueText(axis, stretches[0]!.from)}: ${parts.join(", ")}`;
}
