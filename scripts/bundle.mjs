/*
 * Puts the command line and its worker threads together as dist/bundle/: few files where dist/src has hundreds, of which each command
 * loads what it needs. The library is dist/src as it is; what starts from here shares no object with it.
 *
 * What a start costs is what it loads and what it evaluates, so that two things differ from what the sources say, and none of them in
 * what it does:
 * - Some modules are loaded when something of them is first asked for, not with whoever imports them.
 * - Node's own modules come by process.getBuiltinModule: to import them as ECMAScript modules reads every property of theirs, and so
 *   loads the parts of Node that stand behind.
 *
 * Lines and names are kept, so that a trace can be read.
 */
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { licences, packagesOf } from "./licences.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const at = (path) => resolve(root, path);

/** What is started. */
const COMMAND = ["cli/main.js"];
const THREADS = ["worker/evaluate-worker.js", "worker/sweep-worker.js", "study/exact/worker.js"];

/** Packages that stay outside: binaries, WebAssembly, files of their own, what comes without its licence, what a user installs beside. */
const OUTSIDE = ["@bufbuild/protobuf", "highs", "libsql", "piscina", "bullmq", "ioredis"];

/** Readers of texts, which many commands do not need: each in a file of its own. */
const READERS = {
  yaml: "yaml",
  "csv-parse": "csv-parse",
  "csv-parse/sync": "csv-parse-sync",
  "csv-stringify/sync": "csv-stringify",
};

/** Schemas that few commands read with, and settings that few are given. Nothing of them is hot. */
const SCHEMAS = [
  "deployment-schema",
  "hardware-schema",
  "load-study",
  "model-schema",
  "package-case",
  "set-layers",
  "set-model",
  "set-paths",
  "study-schema",
].map((name) => at(`dist/src/spec/${name}.js`));

/** Imports of these go to a module of getters, behind which the one that is meant is loaded when something of it is first asked for. */
const putOff = {
  name: "put-off",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ kind, namespace, path, importer }) => {
      // What a bundle gives of a CommonJS package then has no names.
      if (kind === "dynamic-import" && !path.startsWith(".") && !OUTSIDE.includes(path))
        return { errors: [{ text: `${path} is bundled: import it statically, it can be put off (READERS)` }] };
      if (kind !== "import-statement" || namespace === "put-off" || !importer.startsWith(at("dist"))) return null;
      const meant = path.startsWith(".") ? resolve(dirname(importer), path) : path;
      return SCHEMAS.includes(meant) || Object.hasOwn(READERS, meant) ? { path: meant, namespace: "put-off" } : null;
    });
    onLoad({ filter: /./, namespace: "put-off" }, async ({ path }) => {
      const reader = READERS[path];
      const found = await import(reader === undefined ? pathToFileURL(path).href : path);
      const names = Object.keys(found).filter((name) => /^[a-z]\w*$/i.test(name) && name !== "default");
      const loaded =
        reader === undefined
          ? `require(${JSON.stringify(path)})`
          : `process.getBuiltinModule("node:module").createRequire(packageRoot)("./dist/bundle/readers/${reader}.cjs")`;
      const contents = `
        ${reader === undefined ? "" : `const { packageRoot } = require(${JSON.stringify(at("dist/src/package-root.js"))});`}
        let loaded;
        const all = () => (loaded ??= ${loaded});
        for (const name of ${JSON.stringify(names)})
          Object.defineProperty(exports, name, { enumerable: true, get: () => all()[name] });`;
      return { contents, resolveDir: root };
    });
  },
};

/** `import { a, b as c } from "node:fs";` of our own modules as a constant. */
const builtins = {
  name: "builtins",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/](src|assembly)[\\/].*\.js$/ }, ({ path }) => {
      const written = /^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";$/gm;
      const contents = readFileSync(path, "utf8").replace(written, (whole, name, names, module) => {
        if (!isBuiltin(module)) return whole;
        const wanted = name ?? `{${names.replace(/(\w+) as (\w+)/g, "$1: $2")}}`;
        return `const ${wanted} = process.getBuiltinModule("${module}");`;
      });
      return { contents };
    });
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20.19",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
};

rmSync(at("dist/bundle"), { recursive: true, force: true });
const readers = await build({
  ...common,
  entryPoints: Object.fromEntries(Object.entries(READERS).map(([path, file]) => [file, path])),
  outdir: at("dist/bundle/readers"),
  outExtension: { ".js": ".cjs" },
  format: "cjs",
});
/** Entries as few files: what several of them load lies in `chunks`. */
const bundled = (entries, chunks) =>
  build({
    ...common,
    entryPoints: entries.map((entry) => at(`dist/src/${entry}`)),
    outbase: at("dist/src"),
    outdir: at("dist/bundle"),
    chunkNames: `${chunks}/[name]-[hash]`,
    splitting: true,
    format: "esm",
    external: OUTSIDE,
    plugins: [putOff, builtins],
    // What the packages in it require are modules of Node.
    banner: { js: "const require = process.getBuiltinModule;" },
  });
const commands = await bundled(COMMAND, "chunks");
// Apart from the commands, each of which would cut the files into smaller ones: a thread loads 4 in place of 28, which takes two thirds of the time.
const threads = await bundled(THREADS, "threads");
writeFileSync(
  at("dist/bundle/LICENSES-OF-OTHERS.txt"),
  licences(packagesOf(readers, commands, threads), "this folder"),
);
// npm makes a bin file executable only when it links it.
chmodSync(at("dist/bundle/cli/main.js"), 0o755);
