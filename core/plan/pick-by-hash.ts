// Which files are looked at to learn about image sizes: the same ones for the same content, whatever the files' names.

export const EXTENT_SAMPLES = 64;

/** @param hashes content hashes: their order is as good as random */
export function pickByHash<T extends { readonly sha256: string; readonly size_bytes: number }>(
  samples: readonly T[],
  limit = EXTENT_SAMPLES,
): T[] {
  return samples.toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : a.sha256 > b.sha256 ? 1 : 0)).slice(0, limit);
}
