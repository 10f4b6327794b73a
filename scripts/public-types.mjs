// Leaves in dist/ the types that an export of the package leads to. Those of schemas are megabytes that nobody can import.
import { readFileSync, readdirSync, rmSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const reached = new Set(
  Object.values(exports)
    .filter((entry) => typeof entry === "object")
    .map(({ types }) => new URL(types, root).href),
);
for (const file of reached) {
  const text = readFileSync(new URL(file), "utf8");
  for (const [, target] of text.matchAll(/\b(?:from |import |import\()"(\.[^"]+)"/g))
    reached.add(new URL(target.replace(/(\.d)?\.[tj]s$/, ".d.ts"), file).href);
}
const dist = new URL("dist/", root);
for (const path of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  const file = new URL(path.replaceAll("\\", "/"), dist);
  if (path.endsWith(".d.ts") && !reached.has(file.href)) rmSync(file);
}
