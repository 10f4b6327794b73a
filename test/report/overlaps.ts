import type { Page } from "playwright-core";

/** Pairs of texts of a page that lie on each other, as they are seen: what scrolls away within a box does not count. */
export function overlapsIn(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    interface Box {
      readonly text: string;
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
    }
    const cut = (box: Box, to: { left: number; top: number; right: number; bottom: number }): Box => ({
      text: box.text,
      left: Math.max(box.left, to.left),
      top: Math.max(box.top, to.top),
      right: Math.min(box.right, to.right),
      bottom: Math.min(box.bottom, to.bottom),
    });
    const boxes: Box[] = [];
    const walker = document.createTreeWalker(document.querySelector("main")!, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = (node.textContent ?? "").trim();
      const parent = node.parentElement!;
      if (text === "" || ["OPTION", "NOSCRIPT", "SCRIPT"].includes(parent.tagName)) continue;
      // What a closed part of the page holds has a place, and is not drawn.
      if (!parent.checkVisibility()) continue;
      // Heads of tables stay in place while their rows go below them.
      if (parent.closest("thead") !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left, top, right, bottom } of range.getClientRects()) {
        let box: Box = { text, left, top, right, bottom };
        for (let at: HTMLElement | null = parent; at !== null; at = at.parentElement)
          if (getComputedStyle(at).overflowX !== "visible") box = cut(box, at.getBoundingClientRect());
        if (box.right - box.left > 1 && box.bottom - box.top > 1) boxes.push(box);
      }
    }
    const found: string[] = [];
    boxes.forEach((a, i) => {
      for (const b of boxes.slice(i + 1)) {
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (width > 1 && height > 2) found.push(`${a.text} | ${b.text}`);
      }
    });
    return found;
  });
}
