import { createHash } from "node:crypto";
import { studyPageHtml } from "../../../live/index.ts";
import { stillPageHtml } from "../../../report/html-page.ts";
import type { Study } from "../../../spec/index.ts";
import type { RunSoFar } from "../../../study/index.ts";
import type { Watched } from "./server.ts";

/** A page is made anew after so long at the soonest, and after so many times what making it has taken. */
const LEAST_MS = 3000;
const REST = 8;
const ASK_MS = 1500;
/** Who has just done something in the page is not interrupted. */
const CALM_MS = 10_000;

/**
 * Loads the page again when there is a newer one: the address keeps its hash, so that what is picked stays picked. When the search
 * is over nobody answers any more, and the page stays as it is.
 */
const SCRIPT = `(() => {
  "use strict";
  const note = document.createElement("p");
  note.id = "watch";
  note.setAttribute("role", "status");
  const tell = (text) => { if (note.textContent !== text) note.textContent = text; };
  document.querySelector("main").prepend(note);
  const own = document.querySelector("meta[name=ecotile-found]").content;
  let touched = 0, misses = 0;
  for (const kind of ["pointerdown", "keydown", "wheel"])
    addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
  const ask = async () => {
    let state = null;
    try {
      const answer = await fetch("/state", { credentials: "same-origin" });
      if (answer.ok) state = await answer.json();
    } catch {}
    misses = state === null ? misses + 1 : 0;
    if (misses > 2) return tell("The search has ended; its report lies in its folder.");
    if (state !== null) {
      tell("The search goes on: " + state.found + " " + state.what + " so far. Report: " + state.report);
      if (String(state.page) !== own && Date.now() - touched > ${CALM_MS}) return location.reload();
    }
    setTimeout(ask, ${ASK_MS});
  };
  ask();
})();`;

const HASH = `'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'`;
const POLICY = /(<meta http-equiv="Content-Security-Policy" content="default-src 'none';)([^"]*")/;

/**
 * A page of a report that asks for newer ones: its policy allows one script more, and requests to where it comes from.
 *
 * @param found how much the page is made of
 */
export function watchedHtml(html: string, found: number): string {
  if (!POLICY.test(html) || !html.includes("</body>")) throw new Error("the page has no policy to be extended");
  const allowed = html.replace(POLICY, (_, start: string, rest: string) => {
    const scripts = rest.includes("script-src ")
      ? rest.replace("script-src ", () => `script-src ${HASH} `)
      : ` script-src ${HASH};${rest}`;
    return `<meta name="ecotile-found" content="${found}">\n${start} connect-src 'self';${scripts}`;
  });
  const at = allowed.lastIndexOf("</body>");
  return `${allowed.slice(0, at)}<script>${SCRIPT}</script>\n${allowed.slice(at)}`;
}

/**
 * The report of a search that goes on, made when it is asked for: of one state only once, and so seldom that the search does not
 * suffer from it.
 *
 * @param report where the report will lie
 */
export function watchedSearch(study: Study, soFar: RunSoFar, report: string): Watched {
  let made: { readonly found: number; readonly html: string; readonly next: number } | null = null;
  let making: Promise<string> | null = null;
  const isNewer = (): boolean => made === null || (soFar.foundCount > made.found && performance.now() >= made.next);
  const make = async (): Promise<string> => {
    const found = soFar.foundCount;
    const start = performance.now();
    const record = await soFar.record();
    const html = watchedHtml(
      record === null
        ? stillPageHtml({
            title: study.name,
            body: "<h1>No design meets the limits yet</h1><p>The report begins with the first that does.</p>",
          })
        : studyPageHtml(study, record),
      found,
    );
    const end = performance.now();
    made = { found, html, next: end + Math.max(LEAST_MS, REST * (end - start)) };
    return html;
  };
  return {
    page: () => {
      if (making !== null) return making;
      if (made !== null && !isNewer()) return Promise.resolve(made.html);
      making = make().finally(() => (making = null));
      return making;
    },
    state: () => ({
      // A number that changes when a newer page can be had.
      page: isNewer() ? soFar.foundCount : made!.found,
      found: soFar.foundCount,
      what: study.search.strategy === "exact" ? "chips done" : "designs tried",
      report,
    }),
  };
}
