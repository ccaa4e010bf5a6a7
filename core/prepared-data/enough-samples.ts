// Whether enough samples are left after decoding: what Plan required of the files must hold of the images too.
import type { Problem } from "../errors/problem.ts";
import type { PreparedData } from "../workflow/records/prepared-data.ts";

export const TRAINING_SAMPLES_MIN = 5;

/** Every class that has too few training samples left, and every split that became empty. */
export function missingSamples(data: Pick<PreparedData, "classes" | "splits" | "left_out">): Problem[] {
  const mend = `${data.left_out.length} files were left out${examples(data)}: repair or replace them`;
  const problems: Problem[] = data.classes.flatMap((name, at) => {
    const count = data.splits.train.count_per_class[at] ?? 0;
    if (count >= TRAINING_SAMPLES_MIN) return [];
    const message = `expected at least ${TRAINING_SAMPLES_MIN} readable training images, got ${count}; ${mend}`;
    return [{ message, where: `class ${name}` }];
  });
  for (const split of ["validation", "test"] as const) {
    if (data.splits[split].count > 0) continue;
    problems.push({ message: `expected at least one readable image, got none; ${mend}`, where: `${split} split` });
  }
  return problems;
}

function examples({ left_out }: Pick<PreparedData, "left_out">): string {
  if (left_out.length === 0) return "";
  const shown = left_out.slice(0, 3).map(({ path, reason }) => `${path} ${reason}`);
  return ` (${shown.join(", ")}${left_out.length > shown.length ? ", ..." : ""})`;
}
