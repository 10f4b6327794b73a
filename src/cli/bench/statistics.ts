/** The sample below which `share` (0 to 1) of the samples lie. */
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** Median, mean and 99th percentile of samples, with one decimal. */
export function summary(samples: readonly number[], unit: string): string {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
  const [middle, tail] = [quantile(samples, 0.5), quantile(samples, 0.99)];
  return `median ${middle.toFixed(1)}, mean ${mean.toFixed(1)}, p99 ${tail.toFixed(1)} ${unit} (${samples.length} samples)`;
}
