import { escapeHtml } from "../report/escape-html.ts";
import { livePageHtml } from "../report/html-page.ts";
import { readTextFile } from "../spec/index.ts";
import { listPresets, type Setting, type SpecSet } from "../spec/portable.ts";
import type { LiveData, LiveSetting, LiveSource } from "./data.ts";
import { liveHtml, liveScripts } from "./live-html.ts";

/** One page about a model on a chip, which simulates it again as its reader changes it. Equal inputs give equal bytes. */
export function exploreHtml(data: LiveData): string {
  const [model, hardware] = [data.model.name, data.hardware.name];
  const header = `<header class="wide"><h1>${escapeHtml(model)} on ${escapeHtml(hardware)}</h1>
<p class="muted">The simulator is in this page, which loads nothing. Its numbers are those of the command line.</p></header>`;
  const body = `${header}\n<div class="live wide">${liveHtml(data)}</div>`;
  return livePageHtml({ title: `${model} on ${hardware}`, body }, liveScripts(data));
}

/**
 * What a page begins with.
 *
 * @param model name of a preset, or a file; likewise `hardware`
 * @param settings as read, in order, with the text of each value
 * @param specs what they come to, already read and checked
 */
export function liveDataOf(
  model: string,
  hardware: string,
  settings: readonly (Setting & { readonly written: string })[],
  specs: SpecSet,
): LiveData {
  return {
    model: sourceOf("models", model, specs.model.name),
    hardware: sourceOf("hardware", hardware, specs.hardware.name),
    settings: settings.map((each) => withoutFile(each, specs)),
  };
}

function sourceOf(kind: "models" | "hardware", nameOrFile: string, name: string): LiveSource {
  if (listPresets(kind).includes(nameOrFile)) return { name: nameOrFile, text: null };
  return { name, text: readTextFile(nameOrFile, nameOrFile) };
}

/** A grid's file as what was read of it, since a page reads none. */
function withoutFile({ path, value, written }: LiveSetting, { deployment }: SpecSet): LiveSetting {
  const { gridTrace, gridDay } = deployment;
  if (path === "deployment.gridTrace" && gridTrace !== undefined) return { path, written, value: gridTrace };
  if (path === "deployment.gridHours" && typeof value === "string" && gridDay !== undefined)
    return { path, written, value: gridDay };
  return { path, written, value };
}
