// What is written from the results: the page, the picture, the part of the README.
import { describe, expect, it } from "vitest";
import { frontCaption } from "../../../../bench/peers/page/front-caption.ts";
import { frontChart } from "../../../../bench/peers/page/front-chart.ts";
import { benchmarksPage } from "../../../../bench/peers/page/page.ts";
import { withFrontPicture } from "../../../../bench/peers/page/readme-picture.ts";
import { chainEntry, chainFile } from "../chain/entries.ts";

const speedup = (value: number) => ({ value, low: value * 0.98, high: value * 1.02 });
const files = [
  chainFile({ side: "decant", name: "decant-1/8", share: 8, speedup: speedup(9), correct: "1101" }),
  chainFile({ name: "sibling-96", speedup: speedup(12) }),
  chainFile({ name: "sibling-128", input_size: 128, speedup: speedup(7), correct: "1100" }),
];
const entry = chainEntry({
  files,
  failures: [{ side: "torch-pruning", name: "torch-pruning-128-8", share: 8, error: "no | such <op>" }],
});
const facts = { machine: { cpu_model: "a CPU", versions: {} }, peers: { onnxruntime: "1.32.0" } };
const none = { chain: undefined, fidelity: undefined, speed: undefined };

describe("the picture of the front", () => {
  it("is an image of its own, with each side's files", () => {
    const svg = frontChart([entry])!;
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /);
    expect(svg.match(/class="dot"[^>]*r="5"/g)).toHaveLength(3);
    expect(svg).toContain("128 px");
    expect(svg).not.toContain("NaN");
  });

  it("is not drawn of what some entry lacks", () => {
    expect(frontChart([])).toBeUndefined();
    expect(frontChart([chainEntry({ files: files.slice(1) })])).toBeUndefined();
    expect(frontChart([entry, chainEntry({ seed: 1, files: files.slice(1) })])).toBeUndefined();
  });
});

describe("the page of benchmarks", () => {
  it("leaves out what was not measured", () => {
    const page = benchmarksPage(none, false);
    expect(page).not.toContain("##");
    expect(page).not.toContain("front.svg");
  });

  it("shows the chain with its command, its differences and what failed, and the picture only where it is", () => {
    const chain = { entries: [entry], ...facts };
    const page = benchmarksPage({ ...none, chain }, true);
    expect(page).toContain("front.svg");
    expect(page).toContain(entry.command);
    expect(page).toMatch(/1\/8 of Lite0 224 fp32 \| 1 of 1 \| \*\*[+-]\d/);
    expect(page).toContain("- flowers, seed 0, torch-pruning-128-8: no \\| such &lt;op>");
    expect(benchmarksPage({ ...none, chain }, false)).not.toContain("front.svg");
  });
});

describe("the caption of the front", () => {
  it("says what was compared, and how Decant stands at each latency", () => {
    const caption = frontCaption([entry]);
    expect(caption).toContain(`${entry.data}, 1 seed, n = 4; for 1/8 of the fp32 latency`);
    expect(caption).toMatch(/ \+\d+\.\d over smaller inputs, no file over torch-pruning/);
  });
});

describe("the README's picture", () => {
  const marks = "a\n<!-- front: npm run bench:peers -->\n<!-- /front -->\nb";

  it("comes and goes between its marks", () => {
    const shown = withFrontPicture(marks, "What was compared.");
    expect(shown).toContain("](docs/front.svg)");
    expect(shown).toContain("What was compared.");
    expect(withFrontPicture(shown, "What was compared.")).toBe(shown);
    expect(withFrontPicture(shown, undefined)).toBe(marks);
  });

  it("is not forced on a README without marks", () => {
    expect(withFrontPicture("plain", "What was compared.")).toBe("plain");
  });
});
