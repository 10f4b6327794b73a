import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { packageRoot } from "../package-root.ts";
import { chartLibraryText } from "./chart-library.ts";
import { escapeHtml, scriptJson, scriptText } from "./escape-html.ts";
import { PAGE_STYLE } from "./page-style.ts";

/** The page's own program, with all that it draws by. */
function pageText(): string {
  return readFileSync(new URL("dist/src/report/page.bundle.js", packageRoot), "utf8");
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

export interface Page {
  readonly title: string;
  /** Inside `<main>`. */
  readonly body: string;
  /** What src/report/page/main.ts reads. */
  readonly data: object;
}

/** What a page runs beside its charts. */
export interface PageScripts {
  /** Each allowed by its hash. */
  readonly scripts: readonly string[];
  /** Data, as `<script>` elements that nothing runs. */
  readonly blocks: readonly string[];
  /** Whether it may compile WebAssembly, which is not a right to make functions of texts. */
  readonly runsWasm: boolean;
}

const NOTHING: PageScripts = { scripts: [], blocks: [], runsWasm: false };

/**
 * A page as one file that needs nothing else: charts, library and data are in it, and its policy lets it load nothing.
 * Equal pages give equal bytes.
 */
export function pageHtml({ title, body, data }: Page, more: PageScripts = NOTHING): string {
  const blocks = [`<script type="application/json" id="data">${scriptJson(data)}</script>`, ...more.blocks];
  return runningHtml(title, body, { ...more, blocks, scripts: [chartLibraryText(), pageText(), ...more.scripts] });
}

/** The same without charts of its own: only what its scripts draw with the chart library. */
export function livePageHtml({ title, body }: Pick<Page, "title" | "body">, more: PageScripts): string {
  return runningHtml(title, body, { ...more, scripts: [chartLibraryText(), ...more.scripts] });
}

/** A page of texts and pictures alone, which runs nothing. */
export function stillPageHtml({ title, body }: Pick<Page, "title" | "body">): string {
  return wholeHtml(title, "", `${body}\n</main>`);
}

function runningHtml(title: string, body: string, { scripts, blocks, runsWasm }: PageScripts): string {
  const texts = scripts.map(scriptText);
  const rights = [...texts.map(hashOf), ...(runsWasm ? ["'wasm-unsafe-eval'"] : [])];
  return wholeHtml(
    title,
    ` script-src ${rights.join(" ")};`,
    `${body}
</main>
${[...blocks, ...texts.map((text) => `<script>${text}</script>`)].join("\n")}`,
  );
}

function wholeHtml(title: string, scriptPolicy: string, content: string): string {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:;${scriptPolicy} base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – ecotile</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${content}
</body>
</html>
`;
}

/** A place for one chart, which src/report/page/ draws under its name, with a button that saves it as SVG. */
export function chartHtml(name: string, label: string, size: "large" | "small" | "broad" = "large"): string {
  const chart = `<div id="${name}-chart" class="chart ${size}" role="img" aria-label="${escapeHtml(label)}"></div>`;
  const button = `<button class="save" data-chart="${name}">Save as SVG</button>`;
  return size === "broad" ? `<div class="scroll" tabindex="0">${chart}</div>${button}` : chart + button;
}
