// How many machines train together: one more for each 20,000 training samples that one has taken on, as many as deployment
// allows. A laptop is one machine.

/** About an hour of an A10G for the most epochs of a teacher at 224 px: a figure to plan with, not measured. */
export const SAMPLES_PER_NODE = 20_000;

/** @param nodes_max what deployment allows, at least 1; 1 for 20,000 samples or fewer, whatever it is */
export function trainingNodes(train_samples: number, nodes_max: number): number {
  return Math.max(1, Math.min(nodes_max, Math.ceil(train_samples / SAMPLES_PER_NODE)));
}
