// Writes what shows the recorded results: docs/benchmarks.md, docs/front.svg and the README's picture.
import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../../result-file.ts";
import { frontCaption } from "./front-caption.ts";
import { frontChart } from "./front-chart.ts";
import { benchmarksPage, type Results } from "./page.ts";
import { withFrontPicture } from "./readme-picture.ts";

const pathOf = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

export async function writePages(results: Results): Promise<void> {
  const entries = results.chain?.entries ?? [];
  const picture = frontChart(entries);
  if (picture === undefined) await rm(pathOf("docs/front.svg"), { force: true });
  else await writeWhole(pathOf("docs/front.svg"), picture);
  const shown = picture !== undefined;
  await writeWhole(pathOf("docs/benchmarks.md"), benchmarksPage(results, shown));
  const readme = await readFile(pathOf("README.md"), "utf8");
  await writeWhole(pathOf("README.md"), withFrontPicture(readme, shown ? frontCaption(entries) : undefined));
}
