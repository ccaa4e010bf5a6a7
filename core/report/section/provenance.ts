// Where the file comes from and the command that makes it again.
import { jobYaml } from "../../job/write-job.ts";
import { bytes } from "../format.ts";
import { type Insert, type Markup, markup } from "../markup.ts";
import type { Provenance, ReportModel } from "../report-model.ts";
import { facts, type Section } from "./section.ts";

/** Instruction sets that decide how fast int8 runs. */
const INT8_FLAGS = [
  "avx2",
  "avx512f",
  "avx512bw",
  "avx512_vnni",
  "avx_vnni",
  "amx_int8",
  "asimd",
  "asimddp",
  "i8mm",
  "sve",
];

export function relevantFlags(flags: readonly string[]): string[] {
  return INT8_FLAGS.filter((flag) => flags.includes(flag));
}

export function provenanceSection(model: ReportModel): Section {
  const { provenance } = model;
  const body = [facts(pairs(provenance)), markup`<h3>Make it again</h3>`, rebuild(provenance)];
  return { id: "provenance", title: "Provenance", body };
}

function rebuild({ job, training, rebuild: command }: Provenance): Markup {
  return markup`<p class="note">${job && "Save the job below, which is job in provenance.json, as decant.yaml. "}${training && "Save training of provenance.json as profile.json, so that the same steps are planned on any machine. "}With the same data, versions and threads on the same kind of machine, model.onnx comes out the same.</p><pre><code>${command}</code></pre>${job && markup`<pre><code>${jobYaml(job)}</code></pre>`}`;
}

function pairs(p: Provenance): (readonly [string, Insert])[] {
  const hash = (text: string | null) => (text === null ? "not recorded" : markup`<code>${text}</code>`);
  const versions = { ...p.training?.versions, ...p.machine?.versions };
  return [
    ["Data manifest", hash(p.data.manifest_hash)],
    ["Weights", `${p.weights.architecture} from ${p.weights.source}`],
    ["Weights, SHA-256", hash(p.weights.sha256)],
    ["Weights, licence", p.weights.license],
    ...(p.model ? [["model.onnx, SHA-256", hash(p.model.sha256)] as const] : []),
    ["Seed", String(p.seed)],
    ["Threads", `${p.threads.training} training, ${p.threads.measuring} measuring`],
    ...(p.machine
      ? ([
          [
            "Measured on",
            `${p.machine.cpu_model}, ${p.machine.cores} cores, ${bytes(p.machine.memory_bytes)}, ${p.machine.os} ${p.machine.architecture}`,
          ],
          ["CPU flags for int8", relevantFlags(p.machine.cpu_flags).join(" ") || "none of those that speed int8 up"],
        ] as const)
      : []),
    ...(p.training ? [["Trained on", `${p.training.machine} (${p.training.device})`] as const] : []),
    [
      "Versions",
      [`decant ${p.tool.version}`, ...Object.entries(versions).map(([name, v]) => `${name} ${v}`)].join(", "),
    ],
    [
      "Steps",
      Object.entries(p.steps).map(
        ([step, key]) => markup`<span class="step">${step} <code>${key.slice(0, 12)}</code></span> `,
      ),
    ],
  ];
}
