/** The value in the middle of a sample; of an even number, the mean of the two. */
export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}

/** The value below which a share of a sample lies, interpolated. Throws where the sample is empty. */
export function quantile(sample: readonly number[], share: number): number {
  if (sample.length === 0) throw new Error('an empty sample has no quantile');
  const sorted = [...sample].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? 0;
  return low + (high - low) * (place - Math.floor(place));
}

/** Half the range between the quartiles, in per cent of the median. */
export function spread(sample: readonly number[]): number {
  return ((quantile(sample, 0.75) - quantile(sample, 0.25)) / 2 / median(sample)) * 100;
}
