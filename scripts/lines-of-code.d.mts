/** See lines-of-code.mjs. */
export function linesOfCode(text: string): number;
export function linesByRoom(root: string): readonly (readonly [room: string, lines: number])[];
