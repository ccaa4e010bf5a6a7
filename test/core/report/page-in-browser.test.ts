// Looks at report.html in a real browser: requests, overlaps, contrast, headings, print.
import { createHash } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildReport } from "../../../core/report/build-report.ts";
import { renderPage } from "../../../core/report/page.ts";
import type { ReportModel } from "../../../core/report/report-model.ts";
import { CHROMIUM, launchChromium, NO_CHROMIUM } from "../../fixtures/browser.ts";
import { madeUpInfeasible, madeUpInputs, madeUpPlan, madeUpReport } from "../../fixtures/report-model.ts";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const LONG = `${"a".repeat(90)} <b>& "long" ${"name ".repeat(20)}`;

const MODELS: Readonly<Record<string, ReportModel>> = {
  kept: madeUpReport(),
  infeasible: buildReport(madeUpInfeasible()),
  "with long names": buildReport({
    ...madeUpInputs({ plan: { ...madeUpPlan([LONG, "b", "c", `d${LONG}`]), job_name: LONG } }),
  }),
};

const html = (model: ReportModel) =>
  renderPage(model, {
    thumbnails: Object.fromEntries(model.examples.map((example) => [example.sha256, PIXEL])),
    sha256: (text) => createHash("sha256").update(text).digest("hex"),
  });

if (!CHROMIUM) console.log(NO_CHROMIUM);

describe.skipIf(!CHROMIUM)("report.html in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium(CHROMIUM!);
  });
  afterAll(() => browser?.close());

  /** Serves the page itself and refuses everything else, so that any request shows. */
  async function open(model: ReportModel, width = 1100, scheme: "light" | "dark" = "light") {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.route("**/*", (route) => {
      if (route.request().url() === "http://report.test/")
        return route.fulfill({ contentType: "text/html; charset=utf-8", body: html(model) });
      complaints.push(`request to ${route.request().url().slice(0, 80)}`);
      return route.abort();
    });
    await page.goto("http://report.test/");
    return { page, complaints };
  }

  it.each(Object.entries(MODELS))(
    "%s: loads without a request, an error or a refusal by its policy",
    async (_, model) => {
      const { page, complaints } = await open(model);
      expect(complaints).toEqual([]);
      expect(await run(page, "getComputedStyle(document.querySelector('.page')).maxWidth")).toBe("960px");
      expect(await run(page, "[...document.images].every((i) => i.complete && i.naturalWidth > 0)")).toBe(true);
      await page.close();
    },
  );

  it.each(Object.entries(MODELS))("%s: does not scroll sideways on a phone, nor on a desk", async (_, model) => {
    for (const width of [360, 768, 1280]) {
      const { page } = await open(model, width);
      expect(await run(page, "document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      await page.close();
    }
  });

  it.each(Object.entries(MODELS))(
    "%s: chart texts stay within their drawing and apart from each other",
    async (_, model) => {
      const { page } = await open(model);
      expect(await run(page, STRAY_TEXTS)).toEqual([]);
      await page.close();
    },
  );

  it.each(["light", "dark"] as const)("has enough contrast in %s", async (scheme) => {
    const { page } = await open(MODELS.kept!, 1100, scheme);
    expect(await run(page, LOW_CONTRAST)).toEqual([]);
    await page.close();
  });

  it("is navigable: one h1, a heading a section, captions or heads on tables, titles on drawings", async () => {
    const { page } = await open(MODELS.kept!);
    expect(await run(page, "document.querySelectorAll('h1').length")).toBe(1);
    const titles = await run(page, "[...document.querySelectorAll('h2')].map((h) => h.lastChild.textContent)");
    expect(titles).toEqual([
      "Promises",
      "Search and choice",
      "Accuracy",
      "Latency",
      "Size",
      "Quantization",
      "Training",
      "Time and money",
      "Examples",
      "Data",
      "Provenance",
    ]);
    expect(
      await run(
        page,
        "[...document.querySelectorAll('table')].filter((t) => !t.querySelector('thead th[scope=col]') || !t.querySelector('tbody th[scope=row]')).length",
      ),
    ).toBe(0);
    expect(
      await run(
        page,
        "[...document.querySelectorAll('svg')].filter((s) => s.ariaHidden !== 'true' && !s.querySelector('title')?.textContent).length",
      ),
    ).toBe(0);
    expect(await run(page, "[...document.images].filter((i) => !i.alt).length")).toBe(0);
    await page.close();
  });

  it("prints to a PDF", async () => {
    const { page } = await open(MODELS.kept!);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    await page.close();
  });
});

/** Expressions run in the page: as text, since this project's types know no browser. */
function run(page: Page, expression: string): Promise<unknown> {
  return page.evaluate(expression);
}

const STRAY_TEXTS = `[...document.querySelectorAll("svg.chart")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const outside = boxes.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top - 1 || b.bottom > frame.bottom + 1);
  // Two texts may touch by a hair's breadth of their line boxes, not more.
  const shrunk = boxes.map(([text, b]) => [text, b.left + 1, b.right - 1, b.top + 2, b.bottom - 2]);
  const over = shrunk.flatMap((a, i) => shrunk.slice(i + 1).filter((b) => a[1] < b[2] && b[1] < a[2] && a[3] < b[4] && b[3] < a[4]).map((b) => a[0] + " covers " + b[0]));
  return [...outside.map(([text]) => text + " is outside"), ...over];
})`;

/** WCAG 2.2 contrast of text against the nearest opaque background: 4.5, or 3 for large text. */
const LOW_CONTRAST = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const ground = (element) => { const layers = []; for (let e = element; e; e = e.parentElement) layers.push(rgba(getComputedStyle(e).backgroundColor)); return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]); };
  const bad = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join("");
    const style = getComputedStyle(element);
    if (!text || !element.getClientRects().length || element.closest("title, desc, .visually-hidden")) continue;
    const under = ground(element);
    const ink = over(rgba(element.closest("svg") ? style.fill : style.color), under);
    const [a, b] = [light(ink), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5)) bad.push(element.className + " " + text.slice(0, 30) + " " + ratio.toFixed(2));
  }
  return [...new Set(bad)];
})()`;
