/** Colours and axes that the charts of a report share. */
export const INK = "#1f2933";
export const MUTED = "#52606d";

/** From low to high, readable in print and for most colour-blind people (viridis, without its palest end). */
export const PALETTE: readonly string[] = ["#440154", "#31688e", "#21918c", "#5ec962", "#d8c21f"];

export const EMBODIED = "#31688e";
export const OPERATIONAL = "#d97706";

/** A value axis with its title outside the labels. */
export const AXIS = {
  type: "value",
  scale: true,
  nameLocation: "middle",
  nameGap: 30,
  nameTextStyle: { color: INK, fontSize: 13, fontWeight: "bold" },
  axisLabel: { color: MUTED, hideOverlap: true },
  axisLine: { show: true, lineStyle: { color: MUTED } },
  splitLine: { lineStyle: { color: "#e4e7eb" } },
} as const;

/** Colours of dark paper, by those of white paper. */
export const DARK: Readonly<Record<string, string>> = {
  [INK]: "#e4e7eb",
  [MUTED]: "#a6b1bd",
  "#e4e7eb": "#33404d",
  "#fff": "#19212a",
  "rgba(255, 255, 255, 0.85)": "rgba(25, 33, 42, 0.85)",
  "#c3cad1": "#5b6875",
  "#c8102e": "#ff6b7d",
  "#440154": "#b07cc6",
  [EMBODIED]: "#5aa2cf",
  "#0f8b6d": "#34b893",
  [OPERATIONAL]: "#f0a04b",
};

/** Options of a chart with the colours of the page's scheme. */
export function inScheme<T extends object>(option: T, isDark: boolean): T {
  if (!isDark) return option;
  const changed = (value: unknown): unknown => {
    if (typeof value === "string") return Object.hasOwn(DARK, value) ? DARK[value] : value;
    if (Array.isArray(value)) return value.map(changed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, changed(each)]));
  };
  return { ...(changed(option) as T), darkMode: true };
}
