import { describe, expect, it } from "vitest";
import { bytesMoved, launchSeconds, operatorLatency, rowsOperator, runVector } from "../../../src/evaluate/index.ts";
import { loadHardware } from "../../../src/spec/index.ts";

// 1,024 rows of 512 elements on the 22 nm preset: 256 lanes, 128 B/cycle local, 512 global, 128 DRAM, 8 bit activations.
const operator = rowsOperator("softmax", 1024, 512);
const hardware = loadHardware("catransformers-22nm");
const ELEMENTS = 1024 * 512;

describe("runVector", () => {
  it("takes as long as the slowest of lanes and levels: 8 lane-cycles an element, 3 reads and 2 writes of it", () => {
    const lanes = (8 * ELEMENTS + 4 * 1024) / 256;
    expect(runVector(operator, hardware)).toMatchObject({
      cycles: lanes,
      boundBy: "vector",
      traffic: {
        local: { read: 4 * ELEMENTS, written: 3 * ELEMENTS },
        global: { read: 2 * ELEMENTS, written: 2 * ELEMENTS },
        dram: { read: ELEMENTS, written: ELEMENTS },
      },
    });
  });

  it("adds lanes, local buffer and memory where they do not overlap", () => {
    const inTurn = { ...hardware, vector: { ...hardware.vector, overlap: "none" as const } };
    const lanes = (8 * ELEMENTS + 4 * 1024) / 256;
    expect(runVector(operator, inTurn).cycles).toBe(lanes + (3 * ELEMENTS) / 128 + ELEMENTS / 128);
  });

  it("lets the passes of a kernel follow each other, each as long as the slower of its work and its transfers", () => {
    const kernel = { ...hardware, vector: { ...hardware.vector, overlap: "passes" as const } };
    const local = ELEMENTS / 128; // of one read, or one write, of every element
    const lanes = (perElement: number) => (perElement * ELEMENTS) / 256;
    const dram = ELEMENTS / 128;
    const first = Math.max(lanes(1) + local, dram);
    const second = lanes(6) + local; // reads and writes of the local buffer side by side
    const third = Math.max(lanes(1) + (4 * 1024) / 256 + local, dram);
    expect(runVector(operator, kernel).cycles).toBe(first + second + third);
    // One pass: everything overlaps but what lanes and local buffer do.
    const gelu = rowsOperator("gelu", 1024, 512);
    expect(runVector(gelu, kernel).cycles).toBe(lanes(9) + local);
  });

  it("reads rows again for each pass where the local buffer does not hold four of them", () => {
    const long = rowsOperator("layernorm", 4, 64 * 1024);
    const held = rowsOperator("layernorm", 16, 16 * 1024);
    const bytes = 4 * 64 * 1024;
    // 64 KiB of local buffer; gain and offset (2 a row element, 8 bit) come once.
    expect(runVector(held, hardware).traffic.dram).toEqual({ read: bytes + 2 * 16 * 1024, written: bytes });
    expect(runVector(long, hardware).traffic.dram).toEqual({ read: 2 * bytes + 2 * 64 * 1024, written: bytes });
    const kept = { inputBytes: bytes, outputBytes: 0, isOnTile: false };
    expect(runVector(long, hardware, kept).traffic.dram).toEqual({ read: 2 * 64 * 1024, written: bytes });
    expect(runVector(rowsOperator("gelu", 4, 64 * 1024), hardware).traffic.dram.read).toBe(bytes);
  });

  it("leaves what is kept out of DRAM, and on a tile out of the global buffer too", () => {
    const kept = { inputBytes: ELEMENTS, outputBytes: 0, isOnTile: false };
    expect(bytesMoved(runVector(operator, hardware, kept).traffic)).toMatchObject({
      global: 3 * ELEMENTS,
      dram: ELEMENTS,
    });
    const onTile = { inputBytes: ELEMENTS, outputBytes: ELEMENTS, isOnTile: true };
    expect(bytesMoved(runVector(operator, hardware, onTile).traffic)).toMatchObject({ global: 0, dram: 0 });
  });
});

describe("operatorLatency", () => {
  it("adds the launch overhead of the operator's class", () => {
    const served = loadHardware("a100");
    const a100 = { ...served, runtime: { ...served.runtime!, stack: "eager" } } as const;
    const gelu = rowsOperator("gelu", 1024, 1);
    expect(launchSeconds(operator, a100)).toBe(12e-6);
    expect(launchSeconds(rowsOperator("layernorm", 8, 8), a100)).toBe(45e-6);
    expect(operatorLatency(gelu, a100)).toBe(runVector(gelu, a100).cycles / 1.34e9 + 45e-6);
  });
});
