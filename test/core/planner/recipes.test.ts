// What the planner assumes of the Python tasks is what stands there.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { STUDENT } from "../../../core/planner/recipes.ts";

const source = (path: string) =>
  readFileSync(new URL(`../../../gpu-tasks/decant_tasks/${path}`, import.meta.url), "utf8");

it("counts as many views of the teacher as the compress task computes", () => {
  expect(source("compress/teacher_views.py")).toContain(`\nVIEWS_MAX = ${STUDENT.teacher_views_max}\n`);
});

it("names a pruner and an importance that exist", () => {
  expect(source("pruners/list.py")).toContain(STUDENT.pruner);
  expect(source("importances/list.py")).toContain(STUDENT.importance);
});
