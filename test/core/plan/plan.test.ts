// Input sizes, backbones and manifests of a plan.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJob } from "../../../core/job/parse-job.ts";
import { ARCHITECTURES, AUTO_BACKBONE } from "../../../core/plan/backbone-facts.ts";
import { chooseBackbone } from "../../../core/plan/choose-backbone.ts";
import { planInputSizes } from "../../../core/plan/input-sizes.ts";
import { buildManifest, manifestText } from "../../../core/plan/manifest.ts";
import { pickByHash } from "../../../core/plan/pick-by-hash.ts";
import { parseManifestRows } from "../../../core/prepared-data/manifest-rows.ts";
import type { SplitSample } from "../../../core/split/sample.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("input sizes", () => {
  it("are the pretrained one and smaller multiples of 32, below 128 of 16", () => {
    const small = [192, 160, 128, 112, 96, 80, 64];
    expect(planInputSizes(224, [500])).toEqual({ input_sizes: [224, ...small], crop_size: 256 });
    expect(planInputSizes(260, [])).toEqual({ input_sizes: [260, 256, 224, ...small], crop_size: 304 });
    expect(planInputSizes(96, [500]).input_sizes).toEqual([96, 64]);
  });

  it("leave out what would only enlarge small images, but for the pretrained one", () => {
    expect(planInputSizes(224, [64, 64, 72])).toEqual({ input_sizes: [224, 128, 112, 96, 80, 64], crop_size: 152 });
    expect(planInputSizes(224, [20])).toEqual({ input_sizes: [224], crop_size: 256 });
  });

  it("are the job's where it lists them, with the pretrained one", () => {
    expect(planInputSizes(224, [64], [160, 320]).input_sizes).toEqual([320, 224, 160]);
  });

  it("always descend, hold the pretrained size and leave crops a margin", () => {
    const size = fc.integer({ min: 32, max: 1024 });
    fc.assert(
      fc.property(
        size,
        fc.array(fc.integer({ min: 1, max: 5000 })),
        fc.option(fc.uniqueArray(size, { minLength: 1 }), { nil: undefined }),
        (pretrained, sides, wished) => {
          const { input_sizes, crop_size } = planInputSizes(pretrained, sides, wished);
          expect(input_sizes).toContain(pretrained);
          expect(input_sizes).toEqual([...new Set(input_sizes)].sort((a, b) => b - a));
          expect(crop_size).toBeGreaterThan(input_sizes.at(-1) ?? 0);
        },
      ),
    );
  });
});

describe("the backbone", () => {
  const model = (teacher: string, architecture?: string) => ({
    teacher,
    candidates: "auto" as const,
    ...(architecture ? { architecture } : {}),
  });

  it("is the pinned package's for auto", () => {
    expect(chooseBackbone(model("auto"))).toEqual({ backbone: AUTO_BACKBONE });
    expect(ARCHITECTURES[AUTO_BACKBONE.architecture]).toMatchObject({
      input_size: AUTO_BACKBONE.input_size,
      mean: AUTO_BACKBONE.mean,
      std: AUTO_BACKBONE.std,
    });
  });

  it("is a known network with timm's weights or a file's", () => {
    expect(chooseBackbone(model("timm:resnet18"))).toMatchObject({
      backbone: { architecture: "resnet18", input_size: 224, weights: { kind: "timm", name: "resnet18" } },
    });
    expect(chooseBackbone(model("file:w.safetensors", "resnet18"))).toMatchObject({
      file: "w.safetensors",
      facts: { architecture: "resnet18" },
    });
    expect(chooseBackbone(model("s3://bucket/w.safetensors", "resnet18"))).toMatchObject({
      file: "s3://bucket/w.safetensors",
      facts: { architecture: "resnet18" },
    });
  });

  it("is refused where its input size and normalisation would be a guess", () => {
    expect(chooseBackbone(model("timm:resnet19"))).toMatchObject({ problem: { where: "/model/teacher" } });
    expect(chooseBackbone(model("timm:constructor"))).toHaveProperty("problem");
    const job =
      "version: 1\nname: a\ntask: image-classification\ndata: {source: x}\ntarget: {device: this-machine}\nmodel: {teacher: http://x}\n";
    expect(parseJob(job, "job.yaml")).toHaveProperty("problems");
  });
});

describe("the manifest", () => {
  const samples: SplitSample[] = ["b", "a", "c"].map((label, at) => ({
    path: `${at}.png`,
    label,
    sha256: sha256(label),
    size_bytes: at,
    split: at === 0 ? "test" : "train",
    ...(at === 1 ? { group: "g" } : {}),
  }));

  it("counts and numbers classes in code-point order", () => {
    const { classes, rows, counts } = buildManifest(samples, sha256);
    expect(classes).toEqual(["a", "b", "c"]);
    expect(rows.map(({ label }) => label)).toEqual([1, 0, 2]);
    expect(counts).toEqual({ train: [1, 0, 1], validation: [0, 0, 0], test: [0, 1, 0] });
  });

  it("is read back as it was written", () => {
    const { rows } = buildManifest(samples, sha256);
    expect(parseManifestRows(manifestText(rows))).toEqual(rows);
  });

  it("is hashed by content: names don't matter, labels, splits, groups and bytes do", () => {
    const hash = (list: SplitSample[]) => buildManifest(list, sha256).manifest_hash;
    const [first, ...others] = samples;
    expect(hash(samples.map((s) => ({ ...s, path: `new/${s.path}` })))).toBe(hash(samples));
    for (const change of [{ label: "a" }, { split: "train" as const }, { group: "h" }, { sha256: sha256("z") }]) {
      expect(hash([{ ...first!, ...change }, ...others])).not.toBe(hash(samples));
    }
  });

  it("gives the same files to look at for the same content", () => {
    expect(pickByHash(samples.toReversed(), 2)).toEqual(pickByHash(samples, 2));
  });
});
