// Reads the YAML files of presets/ and src/cost/tables/ once and keeps what they hold as src/data/packaged.js, and in dist/ where that is
// there: the one copy that the library reads, in Node and in browsers. Changes nothing where no file has changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";

const root = new URL("../", import.meta.url);

const filesIn = (folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => folder + name.replaceAll("\\", "/"))
    .sort();

const files = ["presets/", "src/cost/tables/"].flatMap(filesIn).map((path) => {
  const text = readFileSync(new URL(path, root), "utf8");
  return { path, text, sha256: createHash("sha256").update(text).digest("hex") };
});

/** What a file holds, as JSON. */
function valueOf({ path, text }) {
  const value = parse(text, { prettyErrors: false, version: "1.2" });
  const json = JSON.stringify(value);
  if (!isDeepStrictEqual(JSON.parse(json), value)) throw new Error(`${path}: JSON cannot hold it as it is`);
  return json;
}

const mapOf = (name, entries) => {
  const lines = entries.map(([path, value]) => `  ${JSON.stringify(path)}: ${JSON.stringify(value)},\n`);
  return `export const ${name} = {\n${lines.join("")}};\n`;
};

function write(path, text) {
  const target = new URL(path, root);
  mkdirSync(new URL("./", target), { recursive: true });
  // Whole, since several test runs may look at it meanwhile.
  const beside = new URL(`${path}.${process.pid}`, root);
  writeFileSync(beside, text);
  renameSync(beside, target);
}

const digests = mapOf(
  "SHA256",
  files.map(({ path, sha256 }) => [path, sha256]),
);
// Another form of it is another file, too.
const form = createHash("sha256")
  .update(readFileSync(new URL(import.meta.url)))
  .digest("hex")
  .slice(0, 16);
const head = `// Made by scripts/built-yaml.mjs (${form}).\n`;
const isCurrent = (path) =>
  existsSync(new URL(path, root)) && readFileSync(new URL(path, root), "utf8").startsWith(head + digests);

const targets = ["src/data/packaged.js", ...(existsSync(new URL("dist/", root)) ? ["dist/src/data/packaged.js"] : [])];
const stale = targets.filter((path) => !isCurrent(path));
if (stale.length > 0) {
  const values = files.map((file) => [file.path, valueOf(file)]);
  // Of the others nobody asks for comments.
  const texts = files
    .filter(({ path }) => /^presets\/(hardware|models)\//.test(path))
    .map(({ path, text }) => [path, text]);
  const text = head + digests + mapOf("VALUES", values) + mapOf("TEXTS", texts);
  for (const path of stale) write(path, text);
}
const types = readFileSync(new URL("src/data/packaged.d.ts", root), "utf8");
if (targets.length > 1) write("dist/src/data/packaged.d.ts", types);
