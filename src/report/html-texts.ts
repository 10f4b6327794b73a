import { isPredicted } from "./front-table.ts";
import { grouped } from "./metric-labels.ts";
import type { RunRecord } from "./types.ts";

/** Where the numbers of a run come from, by name. */
export function provenanceOf(record: RunRecord): readonly (readonly [string, string])[] {
  const { study, provenance, accuracyOrigin, trialCount, stopped } = record;
  const { deployment } = study;
  return [
    ["ecotile", `${provenance.version}, core ${provenance.core}, tables ${provenance.tables}`],
    ["Study", `${study.name}, hash ${provenance.studyHash}`],
    ["Search", `${study.strategy}, seed ${study.seed}, ${trialCount} trials (${stopped}); same seed, same bytes`],
    ["Start", `${study.model} on ${study.hardware}`],
    ["Mapping", study.mappingPolicy],
    ["Technology", `profile ${study.technologyProfile}`],
    ["Accuracy", accuracyOrigin],
    [
      "Use",
      `${deployment.region}, ${deployment.gridIntensity} gCO2e/kWh (${deployment.gridSource}); ${years(deployment.lifetime)} years, ${usage(deployment)}`,
    ],
    ["Idle policy", provenance.idlePolicy],
  ];
}

const years = (seconds: number | string | null | undefined): string =>
  String(Number((Number(seconds) / (365 * 86400)).toPrecision(4)));

function usage({ inferences, rate, hoursPerDay, batch }: RunRecord["study"]["deployment"]): string {
  const load =
    inferences === null || inferences === undefined
      ? `${rate} inferences/s, ${hoursPerDay} h a day`
      : `${inferences} inferences`;
  return `${load}, batch ${batch}`;
}

/** What a reader must not conclude from the numbers. */
export function limitsOf({ accuracyOrigin, study }: RunRecord): readonly string[] {
  const profile =
    study.technologyProfile === "published"
      ? "Technology profile published: bandwidth is free, and there is no idle time and no package, as in the study it reproduces."
      : "Energy, area and static power are calibrated on published chips, not on yours; factors have ranges, which a study can set.";
  return [
    isPredicted({ accuracyOrigin })
      ? `Accuracies are predicted, not measured (${accuracyOrigin}). Fine-tune and measure a design before you decide for it.`
      : `Accuracies and their intervals are those of the study's own program (${accuracyOrigin}).`,
    study.strategy === "exact"
      ? "The front is exact under the mapping policy that is stated, not under every mapping."
      : `The front is that of the designs tried, not of all ${grouped(study.spaceSize)} in the space.`,
    profile,
    "Not modelled: the host and the rest of the board, transport and end of life, training and pruning, heat and voltage scaling, contention with other software.",
  ];
}
