// How long a GPU task may say nothing before it counts as hung. Tasks speak at least at every epoch and checkpoint.

export const SILENCE_MS_MAX = silenceOf(process.env.DECANT_SILENCE_S) * 1000;

function silenceOf(text: string | undefined): number {
  const given = Number(text);
  return Number.isFinite(given) && given > 0 ? given : 600;
}
