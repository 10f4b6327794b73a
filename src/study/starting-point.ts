import { FACTOR_NAMES } from "../cost/index.ts";
import { SpecError } from "../errors/index.ts";
import type { Point } from "../search/index.ts";
import { applySettings, type SpecSet, type Study } from "../spec/index.ts";

/** The study's starting design as a point of its space; null: it lies outside. */
export function startingPoint(study: Study): Point | null {
  const base = study.specs;
  const start = textOf(applySettings(base, []));
  const point: Record<string, number | string | boolean> = {};
  for (const { path, values, when } of study.space) {
    if (when !== undefined && !(Object.hasOwn(point, when.path) && when.in.includes(point[when.path]!))) continue;
    const value = values.find((each) => leavesAsIs(base, start, path, each));
    if (value === undefined) return null;
    point[path] = value;
  }
  return point;
}

function leavesAsIs(base: SpecSet, start: string, path: string, value: number | string | boolean): boolean {
  try {
    return textOf(applySettings(base, [{ path, value }], FACTOR_NAMES)) === start;
  } catch (error) {
    if (error instanceof SpecError) return false;
    throw error;
  }
}

function textOf(specs: SpecSet): string {
  return JSON.stringify(specs, (_, value: unknown) => (value === Infinity ? "unlimited" : value));
}
