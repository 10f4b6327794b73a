import { escapeControls } from "../errors/index.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** User text as HTML text or as the value of a quoted attribute. */
export function escapeHtml(text: string): string {
  return escapeControls(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

/** Data as a JSON text that no HTML parser can leave, for a `<script type="application/json">`. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A script's text for a `<script>` element. */
export function scriptText(text: string): string {
  return text.replace(/<(?=\/script|!--)/gi, "\\x3c");
}
