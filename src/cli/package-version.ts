import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.ts";

export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")) as { version: string };
  return manifest.version;
}
