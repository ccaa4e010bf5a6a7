// How much has to be pruned for a speed: bisection, since a network with fewer channels is faster.

export interface Probe {
  readonly ratio: number;
  readonly speedup: number;
}

const PROBES_MAX = 7;
/** A speed this near, relative, is the speed asked for. */
const NEAR = 0.03;
const RATIO_MAX = 0.9;

/**
 * `speedupAt` makes and times a network. Answers the nearest probe, or undefined where no ratio comes within a fifth, or where
 * the whole network is faster already.
 */
export async function findRatio(
  wanted: number,
  speedupAt: (ratio: number) => Promise<number>,
): Promise<Probe | undefined> {
  let [low, high] = [0, RATIO_MAX];
  const whole = { ratio: 0, speedup: await speedupAt(0) };
  if (whole.speedup > wanted * (1 + NEAR)) return undefined;
  const probes: Probe[] = [whole];
  while (probes.length < PROBES_MAX && !probes.some((probe) => distance(probe, wanted) < NEAR)) {
    const ratio = (low + high) / 2;
    const speedup = await speedupAt(ratio);
    probes.push({ ratio, speedup });
    if (speedup < wanted) low = ratio;
    else high = ratio;
  }
  const nearest = probes.toSorted((a, b) => distance(a, wanted) - distance(b, wanted))[0];
  return nearest && distance(nearest, wanted) < 0.2 ? nearest : undefined;
}

function distance({ speedup }: Probe, wanted: number): number {
  return Math.abs(Math.log(speedup / wanted));
}
