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
