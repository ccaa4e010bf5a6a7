// Collects problems of one kind from up to millions of rows: the first few in full, the rest as a number.
import type { Problem } from "../errors/problem.ts";

const SHOWN = 5;

export interface ProblemList {
  /** @param kind what such problems have in common, for the summary: "rows without a label" */
  add(kind: string, problem: Problem): void;
  all(): Problem[];
}

export function createProblemList(): ProblemList {
  const kinds = new Map<string, { readonly shown: Problem[]; hidden: number }>();
  return {
    add(kind, problem) {
      const known = kinds.get(kind) ?? { shown: [], hidden: 0 };
      kinds.set(kind, known);
      if (known.shown.length < SHOWN) known.shown.push(problem);
      else known.hidden += 1;
    },
    all: () =>
      [...kinds].flatMap(([kind, { shown, hidden }]) =>
        hidden === 0 ? shown : [...shown, { message: `And ${hidden} more ${kind}.` }],
      ),
  };
}
