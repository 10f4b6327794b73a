// Changes to trees of data and to texts, all drawn from one stream of random numbers.

export const NUMBERS = [
  ...[0, -0, -1, 1, 2, 3, 7, 0.5, 0.1, 64, 255, 999, 1000, 4096, 65536, 65537, 1e6, 1e7, 1e9, 2 ** 31],
  ...[2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2, 1e21, 1e-21, 1e300, 1e308, -1e308, 5e-324, NaN, Infinity, -Infinity],
];

export const TEXTS = [
  ...[
    "",
    "x",
    "true",
    "null",
    "~",
    "none",
    "rows",
    "idealised",
    "full",
    "window:64",
    "NaN",
    ".nan",
    ".inf",
    "unlimited",
    "unlimited unlimited",
  ],
  ...[
    "0 B",
    "1 B",
    "-1 KiB",
    "64K",
    "64 KiB",
    "2 MiB",
    "1 TiB",
    "1e999 B",
    "9007199254740993 B",
    "100 %",
    "50 percent",
  ],
  ...[
    "1 Hz",
    "625M",
    "1e12 Hz",
    "1e400 MHz",
    "0 nm",
    "7 nm",
    "1000 nm",
    "1e-300 s",
    "50 ms",
    "5y",
    "3 years",
    "1e9 years",
  ],
  ...["1/s", "0/s", "1e15/s", "10.24 B/cycle", "1/3 B/cycle", "1e-20 B/cycle", "128bit/cycle", "80 GB/s", "1 B/s"],
  ...[
    "LPDDR4",
    "HBM3",
    "systolic",
    "dot-product",
    "fixed",
    "0x10",
    "0o17",
    "1_000",
    "\uff11\uff12",
    "\ud83d\ude42",
    "\ud800",
  ],
  ...["6..12", "1..1000000", "1..2 step 0", "5..1", "1e300..1e301", "1..10 step 1e-300", "=cmd()", "#", "a,b", '"'],
  ...[
    "\u202e evil",
    "\u0000",
    "\u001b[31mred",
    "<script>alert(1)</script>",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
  ],
  ...["../../etc/passwd", "a".repeat(3000), "\u00e9".repeat(101)],
];

const KEYS = ["extra", "a.b", "model.text", "0", "1", "toString", "valueOf", "__proto__", "", "\u202e"];
const UNITS = ["B", "KiB", "kib", "Kb", "MHz", "ms", "B/cycle", "GB/s", "nm", "years", "/s", "gCO2e/kWh", "K", ""];
const FACTORS = [2, 0.5, 1.5, -1, 1e3, 1e6, 1e15, 1e-9];
const HEADS = [0, 1, 2, 3, 7, 1e3, 1e6, 1e15, 0.001, -5, 1e-12, 4096];

const isTree = (value) => typeof value === "object" && value !== null;

/** Every place of a tree, as its holder and key. */
function placesOf(root) {
  const found = [];
  const visit = (holder) => {
    for (const key of Object.keys(holder)) {
      found.push([holder, key]);
      if (isTree(holder[key])) visit(holder[key]);
    }
  };
  if (isTree(root)) visit(root);
  return found;
}

/** Another value in place of `old`. */
function valueFor(random, old) {
  const choice = random.below(100);
  if (choice < 30) return random.pick(NUMBERS);
  if (choice < 55) return random.pick(TEXTS);
  if (choice < 60) return null;
  if (choice < 64) return [];
  if (choice < 68) return {};
  if (choice < 72) return [old, old];
  if (choice < 75) return { value: old };
  if (choice < 78) return random.chance(1, 2);
  if (typeof old === "number" && choice < 92) return old * random.pick(FACTORS);
  if (typeof old === "string") {
    if (choice < 88) return old.replace(/^[\d.]+/, () => String(random.pick(HEADS)));
    if (choice < 95) return old.replace(/[A-Za-z/]+$/, () => random.pick(UNITS));
    return old + random.pick([" ", "x", "\n", "\t", " B"]);
  }
  return JSON.stringify(old) ?? "";
}

/** The tree with one to five changes. */
export function mutateTree(random, tree) {
  const changed = structuredClone(tree);
  for (let left = random.chance(3, 5) ? 1 : 1 + random.below(5); left > 0; left--) {
    const places = placesOf(changed);
    if (places.length === 0) break;
    mutatePlace(random, places);
  }
  return changed;
}

function mutatePlace(random, places) {
  const [holder, key] = random.pick(places);
  const isList = Array.isArray(holder);
  const choice = random.below(100);
  if (choice < 15) {
    if (isList) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
  } else if (choice < 70) holder[key] = valueFor(random, holder[key]);
  else if (choice < 77 && !isList) {
    const value = holder[key];
    Reflect.deleteProperty(holder, key);
    set(holder, random.pick([`${key}s`, key.toUpperCase(), key.slice(1), ` ${key}`, ...KEYS]), value);
  } else if (choice < 83 && !isList) set(holder, random.pick(KEYS), valueFor(random, holder[key]));
  else if (choice < 90) {
    const [other, place] = random.pick(places);
    holder[key] = structuredClone(other[place]);
  } else if (isList) for (let count = 1 + random.below(50); count > 0; count--) holder.push(holder[key]);
  else holder[key] = isTree(holder[key]) ? [holder[key]] : { [key]: holder[key] };
}

/** Also under the names that JavaScript keeps for itself. */
function set(holder, key, value) {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

const INSERTED = [
  ...[
    "\t",
    "\u0000",
    "\ufeff",
    "\r",
    "\r\n",
    "\u2028",
    "\u0085",
    "\u001b",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "&a ",
    "*a ",
    "<<: *a\n",
  ],
  ...[
    "!!js/function 'x' ",
    "!!binary ",
    "!!int ",
    "? ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "'",
    '"',
    "|",
    "> ",
    "# ",
    "@",
    "`",
    ",",
    ":",
  ],
  ...["__proto__: {x: 1}\n"],
];
const WRITTEN = [
  "0",
  "-1",
  "1e308",
  "99999999999999999999",
  "1e999",
  "0x7f",
  "1_0",
  ".5",
  "5.",
  "1e-400",
  "\u0663",
  "NaN",
  ".inf",
  "",
];

/** The text with one to four changes that know nothing of what it says. */
export function mutateText(random, text) {
  let changed = text;
  for (let left = 1 + random.below(4); left > 0; left--) changed = mutateOnce(random, changed);
  return changed;
}

function mutateOnce(random, text) {
  const at = random.below(text.length + 1);
  const lines = text.split("\n");
  const line = random.below(lines.length);
  switch (random.below(11)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + random.below(20));
    case 1:
    case 2:
      return text.slice(0, at) + random.pick(INSERTED) + text.slice(at);
    case 3:
      return lines.toSpliced(line, 0, lines[line]).join("\n");
    case 4:
      return lines.toSpliced(line, 1).join("\n");
    case 5:
      return text.replace(/\n/g, random.pick(["\r\n", "\r", "\n\n"]));
    case 6:
      return `\ufeff${text}`;
    case 7:
      return text.slice(0, at);
    case 8:
      return `${text}\n${text}`;
    case 9:
      return text.replace(/^( +)/gm, (blank) => random.pick([blank, `${blank} `, "\t", blank.slice(1)]));
    default: {
      const numbers = [...text.matchAll(/[\d.]+/g)];
      if (numbers.length === 0) return text;
      const { index, 0: number } = random.pick(numbers);
      return text.slice(0, index) + random.pick(WRITTEN) + text.slice(index + number.length);
    }
  }
}
