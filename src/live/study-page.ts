import { isDeepStrictEqual } from "node:util";
import { stringify } from "yaml";
import { modelOf, hardwareOf, type SpecSet } from "../core/index.ts";
import { SpecError } from "../errors/index.ts";
import { escapeHtml } from "../report/escape-html.ts";
import { reportHtml } from "../report/html.ts";
import type { RunRecord } from "../report/types.ts";
import { listPresets, type Study } from "../spec/portable.ts";
import { AS_STUDIES } from "../worker/mapping-policy.ts";
import { designsOf, type LiveData, type LiveSetting, type LiveSource } from "./data.ts";
import { liveHtml, liveScripts } from "./live-html.ts";
import { specsOf } from "./state.ts";

/**
 * The report of a run, whose picked design is simulated again as the reader changes it; else it says why it is not.
 *
 * @param study or why there is none
 */
export function studyPageHtml(study: Study | { readonly reason: string }, record: RunRecord): string {
  const data = "reason" in study ? study : studyData(study, record);
  if ("reason" in data) return reportHtml(record, { body: whyNot(data.reason), scripts: null });
  return reportHtml(record, { body: `<div class="live wide">${liveHtml(data)}</div>`, scripts: liveScripts(data) });
}

const whyNot = (reason: string): string =>
  `<section class="wide"><h2>What if</h2><p>The designs of this report cannot be changed here: ${escapeHtml(reason)}.</p></section>`;

/** A study as `--set` says it, so that a page and the command line begin with the same; or why it cannot be said so. */
export function studyData(study: Study, record: RunRecord): LiveData | { readonly reason: string } {
  const { document, specs, mapping } = study;
  if (mapping.effort !== AS_STUDIES.effort)
    return {
      reason: `its mappings are searched with effort ${mapping.effort}, and simulate searches with ${AS_STUDIES.effort}`,
    };
  if (record.study.parameters === undefined)
    return { reason: "an earlier version made its record, which does not have the space" };
  const data: LiveData = {
    model: sourceOf("models", document["model"], specs.model),
    hardware: sourceOf("hardware", document["hardware"], specs.hardware),
    settings: ["deployment", "technology", "schedule"].flatMap((section) => settingsIn(section, document[section])),
    ...(mapping.objective === AS_STUDIES.objective ? {} : { objective: mapping.objective }),
    designs: designsOf(record),
  };
  return isSame(data, specs) ? data : { reason: "its study says something that --set cannot say" };
}

/** A preset by its name, where it is one. */
function sourceOf(
  kind: "models" | "hardware",
  written: unknown,
  own: SpecSet["model"] | SpecSet["hardware"],
): LiveSource {
  const preset = kind === "models" ? modelOf : hardwareOf;
  if (listPresets(kind).includes(own.name) && isDeepStrictEqual(preset(own.name), own))
    return { name: own.name, text: null };
  return { name: own.name, text: stringify(written, { lineWidth: 0, aliasDuplicateObjects: false }) };
}

/** What a section of a study says, by the paths of `--set`. Where the source of a grid's figure is from is not among them. */
function settingsIn(section: string, value: unknown): readonly LiveSetting[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([key, each]) => {
    const path = `${section}.${key}`;
    if (path === "deployment.gridSource") return [];
    if (path === "deployment.host") return settingsIn(path, each);
    return [{ path, value: each, written: writtenOf(each) }];
  });
}

/** As `--set` takes it. A trace of many days has no such text: the command then names a file that the reader has. */
function writtenOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(String).join(", ")}]`;
  return typeof value === "object" ? "FILE.csv" : String(value);
}

function isSame(data: LiveData, specs: SpecSet): boolean {
  try {
    return isDeepStrictEqual(withoutSource(specsOf(data, new Map())), withoutSource(specs));
  } catch (cause) {
    if (cause instanceof SpecError) return false;
    throw cause;
  }
}

const withoutSource = ({ deployment, ...rest }: SpecSet): object => ({
  ...rest,
  deployment: { ...deployment, gridSource: "" },
});
