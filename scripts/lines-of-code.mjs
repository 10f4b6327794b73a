/*
 * npm run lines [-- FOLDER]: lines that hold code, without blank ones and comments, for each room of src/ and each other folder with sources.
 * FOLDER is the root of another copy of the project, to compare with. Strings over several lines count with all of them.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";

const FOLDERS = ["src", "assembly", "bench", "scripts", "examples", "test"];
const ENDINGS = [".ts", ".mts", ".mjs", ".js"];

/** Number of lines of a text in TypeScript or JavaScript that hold more than blanks and comments. */
export function linesOfCode(text) {
  const file = ts.createSourceFile("text.ts", text, ts.ScriptTarget.Latest, false);
  const lineAt = (position) => file.getLineAndCharacterOfPosition(position).line;
  const lines = new Set();
  const visit = (node) => {
    const children = node.getChildren(file);
    // Tokens have no children; comments of documentation are children, but no code.
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    if (children.length > 0) return children.forEach(visit);
    const [first, last] = [lineAt(node.getStart(file)), lineAt(node.end)];
    if (node.end > node.getStart(file)) for (let line = first; line <= last; line++) lines.add(line);
  };
  visit(file);
  return lines.size;
}

/** Lines of code of the files under each folder below `root`, of src/ by room: [["src/cli", 1234], ...]. */
export function linesByRoom(root) {
  const rooms = new Map();
  for (const folder of FOLDERS) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !ENDINGS.some((ending) => entry.name.endsWith(ending))) continue;
      const path = join(entry.parentPath, entry.name);
      const [first, ...inside] = path.slice(join(root, folder).length + 1).split("/");
      const room = folder === "src" ? `src/${inside.length > 0 ? first : "*.ts"}` : folder;
      rooms.set(room, (rooms.get(room) ?? 0) + linesOfCode(readFileSync(path, "utf8")));
    }
  }
  return [...rooms].sort(([a], [b]) => (a < b ? -1 : 1));
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? "")).href) {
  const rooms = linesByRoom(resolve(process.argv[2] ?? "."));
  const width = Math.max(...rooms.map(([room]) => room.length));
  for (const [room, lines] of rooms) console.log(`${room.padEnd(width)}  ${String(lines).padStart(6)}`);
  const ofSource = rooms.filter(([room]) => room.startsWith("src/")).reduce((sum, [, lines]) => sum + lines, 0);
  console.log(`${"src, all".padEnd(width)}  ${String(ofSource).padStart(6)}`);
}
