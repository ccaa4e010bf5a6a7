// Why a split data set can't be trained or measured on: all reasons at once, each with what to do.
import type { Problem } from "../errors/problem.ts";
import { compareCodePoints } from "../text/code-point-order.ts";
import { TRAIN_FLOOR } from "./draw-splits.ts";
import type { SplitSample } from "./sample.ts";

const SHOWN = 10;

/** @param files how many labelled files there were before copies were left out */
export function classProblems(samples: readonly SplitSample[], files: number): Problem[] {
  if (samples.length === 0) {
    const got = files === 0 ? "none" : `${files} that are all left out as copies with different labels`;
    return [{ message: `Expected labelled images, got ${got}.` }];
  }
  const labels = [...new Set(samples.map(({ label }) => label))].sort(compareCodePoints);
  const problems = [...oneClass(labels), ...lookAlikes(labels), ...thinClasses(samples, labels)];
  // A class without enough training samples is the cause; missing held-out samples would be its echo.
  return problems.length > 0 ? problems : missingSplits(samples);
}

function oneClass(labels: readonly string[]): Problem[] {
  if (labels.length > 1) return [];
  return [
    { message: `Expected at least two classes to tell apart, got one: ${labels[0]}. Add images of another class.` },
  ];
}

function lookAlikes(labels: readonly string[]): Problem[] {
  const plain = (label: string) =>
    label
      .normalize("NFKC")
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, " ");
  return [...Map.groupBy(labels, plain).values()]
    .filter((same) => same.length > 1)
    .slice(0, SHOWN)
    .map((same) => ({ message: `Expected one spelling for a class, got ${same.join(" and ")}: use one of them.` }));
}

function thinClasses(samples: readonly SplitSample[], labels: readonly string[]): Problem[] {
  const all = Map.groupBy(samples, ({ label }) => label);
  const thin = labels.flatMap((label) => {
    const members = all.get(label) ?? [];
    const train = members.filter(({ split }) => split === "train").length;
    return train < TRAIN_FLOOR ? [{ label, train, total: members.length }] : [];
  });
  const mend = "add images of it, or leave the class out";
  const problems = thin.slice(0, SHOWN).map(({ label, train, total }) => ({
    message: `Expected at least ${TRAIN_FLOOR} different images to train on, got ${train} (${total} in all splits): ${mend}.`,
    where: `class ${label}`,
  }));
  if (thin.length <= SHOWN) return problems;
  return [
    ...problems,
    {
      message: `And ${thin.length - SHOWN} more of ${labels.length} classes have too few images: is the right column the label?`,
    },
  ];
}

function missingSplits(samples: readonly SplitSample[]): Problem[] {
  return (["validation", "test"] as const)
    .filter((name) => !samples.some(({ split }) => split === name))
    .map((name) => ({
      message: `Expected images to hold out for ${name}, got none to spare from ${samples.length}: add images${samples.some(({ group }) => group !== undefined) ? " of other groups" : ""}.`,
    }));
}
