import { describe, expect, it } from "vitest";
import { clipTraining, samplesOfTag, vitTraining } from "../../../src/accuracy/training.ts";

describe("the training that a name stands for", () => {
  it.each([
    ["ViT-B-16", "laion2b_s34b_b88k", "laion2b", 34e9],
    ["ViT-B-32", "datacomp_m_s128m_b4k", "datacomp", 128e6],
    ["ViT-L-14", "commonpool_xl_clip_s13b_b90k", "commonpool_clip", 13e9],
    ["ViT-B-16", "laion400m_e32", "laion400m", 13e9],
    ["ViT-H-14-CLIPA", "datacomp1b", "datacomp1b", 13e9],
    ["ViT-L-14", "my_set", "my_set", null],
  ])("%s %s is trained on %s", (family, tag, data, samples) => {
    expect(clipTraining(family, tag, null, 16)).toMatchObject({ data, samplesSeen: samples });
  });

  it("takes the parent's samples for the pruned series", () => {
    const training = clipTraining("CarbonCLIP-XS", "datacomp", 1e6, 16);
    expect(training).toMatchObject({
      data: "datacomp",
      samplesSeen: 13e9,
      parent: { vision: { hidden: 768, patch: 16 } },
    });
    expect(clipTraining("TinyCLIP-40M/32", "LAION-400M", null, 32)).toMatchObject({
      data: "laion400m",
      parent: { vision: { patch: 32 } },
    });
  });

  it("gives every word of a timm tag an effect", () => {
    expect(vitTraining("deit3_base_patch16_384", "fb_in22k_ft_in1k").effects).toEqual([
      "word:fb",
      "word:in22k",
      "word:ft",
      "word:in1k",
      "family:deit3",
      "tag:fb_in22k_ft_in1k",
    ]);
  });

  it("reads samples from a tag", () => {
    expect(samplesOfTag("laion2b_s12b_b42k")).toBe(12e9);
    expect(samplesOfTag("webli")).toBe(40e9);
    expect(samplesOfTag("sbu")).toBeNull();
  });
});
