// Reads every YAML file of the package once and keeps what it holds as dist/src/yaml.json, from which commands start faster.
// A file that JSON cannot hold as it is (an infinity, say) is left out, and is read as YAML then.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";

const root = new URL("../", import.meta.url);
const { readYaml } = await import(new URL("dist/src/spec/read-yaml.js", root));

const filesIn = (folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => folder + name.replaceAll("\\", "/"))
    .sort();
/** As each is read where it is used. */
const readers = [
  ["src/cost/tables/", (text) => parse(text, { prettyErrors: false })],
  ["presets/", (text, path) => readYaml(text, path).value],
];

const entries = readers.flatMap(([folder, read]) =>
  filesIn(folder).flatMap((path) => {
    const text = readFileSync(new URL(path, root), "utf8");
    const value = read(text, path);
    const kept = JSON.parse(JSON.stringify(value));
    if (!isDeepStrictEqual(kept, value)) return [];
    return [[path, { sha256: createHash("sha256").update(text).digest("hex"), value }]];
  }),
);
writeFileSync(new URL("dist/src/yaml.json", root), JSON.stringify(Object.fromEntries(entries)));
