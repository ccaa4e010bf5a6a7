// report.html as text: escaping, policy, ids.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildReport } from "../../../core/report/build-report.ts";
import { renderPage } from "../../../core/report/page.ts";
import { MADE_UP_JOB, madeUpInfeasible, madeUpInputs, madeUpPlan, madeUpReport } from "../../fixtures/report-model.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const page = (model = madeUpReport()) => renderPage(model, { thumbnails: {}, sha256 });

/** What user text must never change: tags, attribute names, and how often each character that delimits markup stands. */
function skeleton(html: string): string {
  const tags = [...html.matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-zA-Z:-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, name, attributes]) => `${name} ${[...attributes!.matchAll(/([a-zA-Z:-]+)="/g)].map((m) => m[1]).join(",")}`,
  );
  const delimiters = ["<", ">", '"', "`"].map((character) => `${character} ${html.split(character).length}`);
  return [...tags, ...delimiters].join("\n");
}

const NASTY = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "</title></style><b>",
  "'`$1`",
  "&lt;",
  "\u202egnp.exe",
  "\u0000",
  "\ud800",
];
const hostile = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...NASTY)).filter((text) => text.length > 0);

describe("report.html", () => {
  it("has the same elements whatever classes, jobs and files are called", () => {
    const plain = skeleton(page(named("name", "name")));
    fc.assert(
      fc.property(hostile, hostile, (name, path) => {
        // As a boolean: a failure should show the two names, not two pages.
        expect(skeleton(page(named(name, path))) === plain).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("has no script, no link out, no style attribute, and a policy that allows its own style sheet only", () => {
    const html = page();
    expect(html).not.toMatch(
      /<script|<iframe|<object|<form|\ssrc="(?!data:)|\shref="(?!#|data:,)|\sstyle="|url\(|@import/,
    );
    const style = html.match(/<style>([\s\S]*?)<\/style>/)![1]!;
    const hash = createHash("sha256").update(style).digest("base64");
    expect(html).toContain(`default-src 'none'; style-src 'sha256-${hash}'; img-src data:`);
  });

  it("keeps ids unique, so that every link and label has one target", () => {
    const ids = [...page().matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(ids).toHaveLength(new Set(ids).size);
    const targets = [...page().matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)].flatMap((m) => m[1]!.split(" "));
    for (const target of targets) expect(ids).toContain(target);
  });

  it("shows a picture only where the thumbnail is a PNG data URI", () => {
    const model = madeUpReport();
    const [first, second] = model.examples;
    const thumbnails = { [first!.sha256]: "data:image/png;base64,AAAA", [second!.sha256]: "https://example.org/x.png" };
    const html = renderPage(model, { thumbnails, sha256 });
    expect(html).toContain('src="data:image/png;base64,AAAA"');
    expect(html).not.toContain("example.org");
  });

  it("of an infeasible run names the nearest points and what to change", () => {
    const html = page(buildReport(madeUpInfeasible()));
    expect(html).toContain("Nearest points");
    expect(html).toContain("What to change");
    expect(html).toContain("54 % over");
  });

  it("never prints undefined, NaN or an object", () => {
    const base = madeUpInputs();
    const nothing = madeUpInputs({
      certificate: null,
      measured: null,
      quantized: null,
      teacher: null,
      profile: null,
      predictions: [],
      size_by_layer: [],
      curves: { teacher: [], candidate: [] },
      decision: { ...base.decision, next: "stopped", points: [], rejected: [], chosen: null },
    });
    for (const inputs of [base, madeUpInfeasible(), madeUpInfeasible("stopped"), nothing])
      expect(page(buildReport(inputs)).replace(/<style>[\s\S]*?<\/style>/, "")).not.toMatch(
        /undefined|NaN|Infinity|\[object/,
      );
  });

  it("lists the frequent confusions instead of a matrix where there are many classes", () => {
    const classes = Array.from({ length: 40 }, (_, i) => `class-${String(i).padStart(2, "0")}`);
    const html = page(madeUpReport({ plan: madeUpPlan(classes) }));
    expect(html).toContain("The most frequent confusions");
    expect(html).not.toContain('class="confusion"');
  });
});

/** A report in which everything that users write is `name` or `path`. */
function named(name: string, path: string) {
  const plan = { ...madeUpPlan(Array.from({ length: 3 }, () => name)), job_name: name };
  const base = madeUpInputs({ plan });
  return buildReport({
    ...base,
    predictions: base.predictions.map((p) => ({ ...p, path })),
    data: { ...base.data, left_out: [{ path, reason: "corrupt", detail: name }] },
    job: { ...MADE_UP_JOB, name, data: { source: path, resize: "cover" } },
  });
}
