// Puts the chart library into dist/, whole and as its makers have built it, so that whoever installs ecotile need not install its sources.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
// A name that Node reads as CommonJS, which it is.
const target = new URL("dist/src/report/echarts.min.cjs", root);
const text = readFileSync(new URL("node_modules/echarts/dist/echarts.min.js", root));
/** What they ask to be passed on with it, and the makers of what is in it. */
const terms = ["echarts/NOTICE", "echarts/LICENSE", "echarts/licenses/LICENSE-d3", "zrender/LICENSE"];
if (!existsSync(target) || !readFileSync(target).equals(text)) {
  mkdirSync(new URL("./", target), { recursive: true });
  writeFileSync(target, text);
  const texts = terms.map((name) => readFileSync(new URL(`node_modules/${name}`, root), "utf8").trim());
  writeFileSync(new URL("echarts.LICENSE.txt", target), `${texts.join("\n\n\n")}\n`);
}
