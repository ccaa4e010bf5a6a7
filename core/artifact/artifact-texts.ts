// The text files of an artifact: all but model.onnx, and manifest.json, which is written when the files are together.
import { modelCard } from "../report/model-card.ts";
import type { ReportModel } from "../report/report-model.ts";
import type { Resize } from "../workflow/records/plan.ts";
import { NODE_EXAMPLE } from "./example-node.ts";
import { PYTHON_EXAMPLE } from "./example-python.ts";
import { labelsText } from "./labels.ts";
import { preprocessing } from "./preprocessing.ts";

/** Every file of an artifact but the manifest. */
export const ARTIFACT_FILES = [
  "README.md",
  "example.mjs",
  "example.py",
  "labels.txt",
  "model.onnx",
  "preprocessing.json",
  "provenance.json",
  "report.html",
  "report.json",
] as const;

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** report.json and report.html of any run; with a certified file, the artifact's other texts as well. By file name. */
export function artifactTexts(model: ReportModel, page: string, resize: Resize): Record<string, string> {
  const report = { "report.html": page, "report.json": jsonText(model) };
  if (model.outcome !== "kept" || !model.file) return report;
  return {
    ...report,
    "README.md": modelCard(model),
    "example.mjs": NODE_EXAMPLE,
    "example.py": PYTHON_EXAMPLE,
    "labels.txt": labelsText(model.data.classes),
    "preprocessing.json": jsonText(preprocessing(model.file.input_size, resize)),
    "provenance.json": jsonText(model.provenance),
  };
}
