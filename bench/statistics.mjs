const at = (samples, share) => {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
};

export const median = (samples) => at(samples, 0.5);

/** Median, mean and 99th percentile of samples, with one decimal. */
export function summary(samples, unit) {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
  return `median ${median(samples).toFixed(1)}, mean ${mean.toFixed(1)}, p99 ${at(samples, 0.99).toFixed(1)} ${unit} (${samples.length} samples)`;
}
