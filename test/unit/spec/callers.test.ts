import { expect, it } from "vitest";
import * as ecotile from "../../../src/index.ts";

const wrong = (value: unknown): never => value as never;
const specs = { hardware: ecotile.loadHardware("scale-sim"), model: ecotile.loadModel("bert-tiny") };

it.each<readonly [string, () => unknown, string]>([
  [
    "loadHardware of an object",
    () => ecotile.loadHardware(wrong({ name: "mine" })),
    "The name of a preset or file of hardware must be a text, not an object.",
  ],
  [
    "loadModel of a number",
    () => ecotile.loadModel(wrong(5)),
    "The name of a preset or file of models must be a text, not a number.",
  ],
  ["loadStudy of nothing", () => ecotile.loadStudy(wrong(null)), "The path of a file must be a text, not null."],
  ["parseSetting of a list", () => ecotile.parseSetting(wrong([])), "A setting must be a text, not a list."],
  [
    "applySettings of texts",
    () =>
      ecotile.applySettings(
        {
          ...specs,
          deployment: ecotile.defaultDeployment(),
          technology: { profile: "calibrated", factors: {} },
        },
        wrong(["array.rows=4"]),
      ),
    "Settings must be a list of { path, value }, as parseSetting makes one of a text such as array.rows=64.",
  ],
  [
    "listPresets of another kind",
    () => ecotile.listPresets(wrong("region")),
    'The kind of preset must be one of: hardware, models, regions.\n  Did you mean "regions"?',
  ],
])("%s", (_, act, message) => {
  expect(act).toThrow(ecotile.SpecError);
  expect(act).toThrow(message);
});
