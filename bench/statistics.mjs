/** Median, mean and 99th percentile of samples, with one decimal. */
export function summary(samples, unit) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return `median ${at(0.5).toFixed(1)}, mean ${mean.toFixed(1)}, p99 ${at(0.99).toFixed(1)} ${unit} (${sorted.length} samples)`;
}
