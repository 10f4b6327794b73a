import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { readFixture, readRows } from "./reference.ts";

it.each([
  ["openclip-model-profile.csv", 85, "6f0975464d02d31a4c7cfca79a100c47c0d01cf47222f4fa5b9bec5609677285"],
  ["openclip-model-dims.csv", 181, "22f24931606376d595f08b29c4b956e25c617cbf5dab20574fae5bb7158ba6f3"],
  ["clip-benchmark-arch-profile.csv", 23, "ed1e9067c9f5496b7670673ea72c1de09951a5185ccb1972c54c74245c6d1847"],
  ["timm-vit-dims.csv", 96, "ea504ad44a2d7cfbe214d26d2424572ed65f329e537f48b422c56ce9270fad34"],
  ["tinyclip.csv", 11, "05fed8eec69d755596b641d43df6ab83639d4993cc21cd7a8c3bcca84abcda16"],
])("%s is the file that was copied, with %i rows", (file, rows, hash) => {
  expect(readRows(file)).toHaveLength(rows);
  expect(createHash("sha256").update(readFixture(file)).digest("hex")).toBe(hash);
});
