import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadSearchStudy } from "../../../src/study/load.ts";
import { createSpace } from "../../../src/search/index.ts";
import { packageRoot } from "../../../src/package-root.ts";

const files = readdirSync(new URL("examples/", packageRoot)).filter((name) => name.endsWith(".yaml"));

describe("examples", () => {
  it.each(files)("%s is a study that can be searched", (name) => {
    const study = loadSearchStudy(new URL(`examples/${name}`, packageRoot).pathname, {});
    expect(createSpace(study.space).size).toBeGreaterThan(1n);
    expect(study.name).toBe(name.replace(".yaml", ""));
  });
});
