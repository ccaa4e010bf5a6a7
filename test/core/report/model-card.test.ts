// The model card: front matter, and hostile names.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { escapeMarkdown, modelCard } from "../../../core/report/model-card.ts";
import { madeUpPlan, madeUpReport } from "../../fixtures/report-model.ts";

function frontMatter(card: string) {
  return parse(card.match(/^---\n([\s\S]*?)\n---\n/)![1]!);
}

describe("the model card", () => {
  it("has front matter that Hugging Face reads: licence, pipeline, metrics with n", () => {
    const model = madeUpReport();
    const matter = frontMatter(modelCard(model));
    expect(matter).toMatchObject({ license: "apache-2.0", pipeline_tag: "image-classification", library_name: "onnx" });
    const [result] = matter["model-index"][0].results;
    expect(result.dataset.args.n).toBe(300);
    expect(result.metrics[0]).toMatchObject({ type: "accuracy", name: "top-1" });
    expect(result.metrics[0].value).toBeCloseTo(model.file!.accuracy.top1.value, 4);
  });

  it("calls the licence of weights that it doesn't know unknown", () => {
    const plan = madeUpPlan();
    const weights = { kind: "file" as const, path: "/home/someone/secret/weights.safetensors", sha256: "0".repeat(64) };
    const card = modelCard(madeUpReport({ plan: { ...plan, backbone: { ...plan.backbone, weights } } }));
    expect(frontMatter(card)).toMatchObject({ license: "other", license_name: "unknown" });
    expect(card).not.toContain("secret");
  });

  it("keeps its shape whatever the classes and the job are called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const card = modelCard(madeUpReport({ plan: { ...madeUpPlan([name, "b"]), job_name: name } }));
        expect(frontMatter(card)["model-index"][0].results).toHaveLength(1);
        expect(card.match(/^#+ /gm)).toHaveLength(7);
        expect(card.match(/^---$/gm)).toHaveLength(2);
      }),
      { numRuns: 60 },
    );
  });

  it("escapes what Markdown would read as markup", () => {
    expect(escapeMarkdown("[a](javascript:x) <b> | `c`\n# d")).toBe(
      "\\[a\\]\\(javascript\\:x\\) \\<b\\> \\| \\`c\\` \\# d",
    );
  });
});
