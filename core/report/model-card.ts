// README.md of the artifact: a model card with Hugging Face front matter.
import { stringify } from "yaml";
import { amount, bytes, milliseconds, percent, proportion, shareEstimate, times } from "./format.ts";
import { PROMISE_NAMES } from "./headline.ts";
import { visible } from "./markup.ts";
import type { ReportedFile, ReportModel } from "./report-model.ts";

/** Text that users wrote, within a Markdown line or table cell. */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\r\n\t]+/g, " ")
    .replace(/[\\`*_{}[\]()#+!|<>~&$^=:@-]/g, (character) => `\\${character}`);
}

/** A card for a file that kept its promises. Throws for a report without a file: there is nothing to describe. */
export function modelCard(model: ReportModel): string {
  const { file } = model;
  if (!file) throw new Error("Expected a report with a measured file, got one without");
  const lines = [
    `---\n${stringify(frontMatter(model, file)).trimEnd()}\n---`,
    `# ${escapeMarkdown(model.job.name)}`,
    `${model.headline}.`,
    "The full report is in `report.html`; every number of it in `report.json`. Made by Decant.",
    intendedUse(model, file),
    promiseTable(model),
    howMeasured(model, file),
    dataSection(model),
    limits(model, file),
    "## Make it again",
    `\`\`\`sh\n${model.provenance.rebuild}\n\`\`\``,
    "The job (`job`, as decant.yaml) and the training speeds (`training`, as profile.json) are in `provenance.json`, with the hashes of data, weights and model, versions, seed and machines.",
  ];
  return `${lines.join("\n\n")}\n`;
}

function frontMatter(model: ReportModel, file: ReportedFile): unknown {
  const { license, architecture } = model.provenance.weights;
  return {
    // Hugging Face knows "other" with a name; the weights' licence is what binds.
    ...(license === "unknown" ? { license: "other", license_name: "unknown" } : { license: license.toLowerCase() }),
    library_name: "onnx",
    pipeline_tag: "image-classification",
    tags: ["onnx", "onnxruntime", "image-classification", file.precision, "decant", architecture],
    metrics: ["accuracy"],
    "model-index": [
      {
        name: visible(model.job.name),
        results: [
          {
            task: { type: "image-classification" },
            dataset: {
              name: visible(model.job.name),
              type: "private",
              split: file.split,
              args: { n: file.accuracy.top1.n, manifest: model.provenance.data.manifest_hash },
            },
            metrics: [
              { type: "accuracy", name: "top-1", value: rounded(file.accuracy.top1.value) },
              { type: "recall", name: "macro recall", value: rounded(file.accuracy.macro_recall.value) },
            ],
          },
        ],
      },
    ],
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function intendedUse(model: ReportModel, file: ReportedFile): string {
  const classes = model.data.classes.map(escapeMarkdown).join(", ");
  return `## Intended use

Tells ${model.data.classes.length} classes of images apart: ${classes}.

Input \`images\`: uint8 [1, 3, ${file.input_size}, ${file.input_size}], RGB, resized by ${model.data.resize}; the normalisation is inside the model. Output \`logits\`: float32 [1, ${model.data.classes.length}], in the order of \`labels.txt\`. \`example.py\` and \`example.mjs\` decode an image, run the model and print its labels.`;
}

function promiseTable(model: ReportModel): string {
  if (model.promises.length === 0) return "## Promises\n\nThe job made none.";
  const rows = model.promises.map((p) => {
    const measured = p.measured === null ? "–" : amount(p.measured, p.unit);
    return `| ${PROMISE_NAMES[p.promise]} | at most ${amount(p.promised, p.unit)} | ${measured} | ${p.verdict.replace("-", " ")} |`;
  });
  return `## Promises\n\n| Promise | Promised | Measured | Verdict |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function howMeasured(model: ReportModel, file: ReportedFile): string {
  const { latency, accuracy } = file;
  const { machine, threads } = model.provenance;
  const { baseline } = model;
  const compared = baseline
    ? ` ${times(latency.speedup_over_baseline.value)} the speed of ${baseline.display_name} at ${baseline.input_size} px in fp32 (${bytes(baseline.size_bytes)}), measured beside it.`
    : "";
  return `## How it was measured

- Accuracy: top-1 ${proportion(accuracy.top1)}; macro recall ${shareEstimate(accuracy.macro_recall, "classes")}; agreement with the teacher ${percent(accuracy.agreement_with_teacher.value)}. Intervals are 95 %. ${file.split === "test" ? "On the test split, which was read once, for this file and the teacher." : "On validation."}
- Latency: p50 ${milliseconds(latency.ms_p50)}, p95 ${milliseconds(latency.ms_p95)}, p99 ${milliseconds(latency.ms_p99)} over ${latency.blocks} blocks of ${latency.runs_per_block} runs, batch 1, ${threads.measuring} thread(s), without decoding${machine ? `, on ${escapeMarkdown(machine.cpu_model)}` : ""}.${compared}
- Size: ${bytes(file.size_bytes)}, ${file.precision}.`;
}

function dataSection(model: ReportModel): string {
  const rows = model.data.classes.map((name, i) => {
    const { train, validation, test } = model.data.counts;
    return `| ${escapeMarkdown(name)} | ${train[i] ?? 0} | ${validation[i] ?? 0} | ${test[i] ?? 0} |`;
  });
  return `## Data\n\n| Class | Train | Validation | Test |\n|---|---|---|---|\n${rows.join("\n")}\n\n${model.data.left_out.length} files were left out; the report lists them with reasons.`;
}

function limits(model: ReportModel, file: ReportedFile): string {
  const open = file.accuracy.recall_per_class.flatMap((recall, i) => (recall ? [] : [model.data.classes[i] ?? ""]));
  return [
    "## Limits\n",
    "- The figures hold for images like those of the data set; other cameras, light or places were not measured.",
    "- Every image gets one of the classes, also one that shows none of them.",
    "- Latency is that of the machine named above, and of no other.",
    "- Other decoders than sharp give slightly different pixels, so now and then another answer.",
    ...(open.length ? [`- Too few samples to measure the recall of: ${open.map(escapeMarkdown).join(", ")}.`] : []),
    `- The weights come from ${escapeMarkdown(model.provenance.weights.source)}; their licence: ${escapeMarkdown(model.provenance.weights.license)}.`,
  ].join("\n");
}
