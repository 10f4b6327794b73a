// Writes src/workload/onnx/onnx_pb.ts from ONNX's schema beside it (onnx.proto of onnx 1.23.1, Apache-2.0), by protoc-gen-es.
// To be run after a change of the schema alone: what it writes is committed, and generator and compiler (100 MB) are fetched by npx.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../src/workload/onnx/", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "onnx-schema-"));
const packages = ["@bufbuild/buf@1.75.0", "@bufbuild/protoc-gen-es@2.17.0"].flatMap((name) => ["--package", name]);
const template = {
  version: "v2",
  plugins: [{ local: "protoc-gen-es", out: work, opt: ["target=ts", "import_extension=ts"] }],
};
try {
  mkdirSync(join(work, "schema"));
  copyFileSync(join(folder, "onnx.proto"), join(work, "schema/onnx.proto"));
  const options = ["generate", join(work, "schema"), "--template", JSON.stringify(template)];
  execFileSync("npx", ["--yes", ...packages, "buf", ...options], { cwd: work, stdio: "inherit" });
  rmSync(join(folder, "onnx_pb.ts"), { force: true });
  copyFileSync(join(work, "onnx_pb.ts"), join(folder, "onnx_pb.ts"));
} finally {
  rmSync(work, { recursive: true, force: true });
}
