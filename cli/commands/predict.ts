// decant predict ARTIFACT IMAGE...: labels and probabilities, through the decoder and preprocessing that were measured.
import type { Command } from "commander";
import { openPredictor, type Predictor, readImageFile } from "../../adapters/predictor.ts";
import { inOrder } from "../../adapters/prepared-data/in-order.ts";
import { type ClassProbability, topClasses } from "../../core/artifact/top-classes.ts";
import { DecantError } from "../../core/errors/problem.ts";
import type { RefusedImage } from "../../core/pixels/image-limits.ts";

const TOP_COUNT = 5;
/** Images decoded ahead while the model runs. */
const WINDOW = 4;

interface PredictedImage {
  readonly path: string;
  readonly outcome: readonly ClassProbability[] | RefusedImage;
}

export function registerPredict(program: Command): void {
  program
    .command("predict")
    .description("print the most likely labels of images, with the decoder that the artifact was measured with")
    .argument("<artifact>", "folder with model.onnx, labels.txt and preprocessing.json")
    .argument("<image...>", "JPEG, PNG, WebP, TIFF or GIF files")
    .option("--json", "one line of JSON for each image")
    .option("--threads <number>", "threads of the model", "1")
    .addHelpText("after", "\nExample:\n  $ decant predict .decant/runs/flowers-0123456789ab/artifact photo.jpg")
    .action((artifact: string, images: string[], options: { json?: boolean; threads: string }) =>
      predict(artifact, images, options.json ?? false, threadCount(options.threads)),
    );
}

/** Prints every image's outcome, then throws InvalidInput listing those that gave none. */
async function predict(artifact: string, images: readonly string[], json: boolean, threads: number): Promise<void> {
  const predictor = await openPredictor(artifact, threads);
  const failed: { message: string; where: string }[] = [];
  for await (const image of inOrder(images, WINDOW, (path) => predictOne(predictor, path))) {
    process.stdout.write(json ? jsonLine(image) : textBlock(image));
    if ("reason" in image.outcome) {
      failed.push({ message: `${image.outcome.reason}: ${image.outcome.detail}`, where: image.path });
    }
  }
  if (failed.length > 0) throw new DecantError("InvalidInput", failed);
}

async function predictOne(predictor: Predictor, path: string): Promise<PredictedImage> {
  const bytes = await readImageFile(path);
  if ("reason" in bytes) return { path, outcome: bytes };
  const logits = await predictor.logits(bytes);
  if ("reason" in logits) return { path, outcome: logits };
  return { path, outcome: topClasses(logits, predictor.labels, TOP_COUNT) };
}

function jsonLine({ path, outcome }: PredictedImage): string {
  return `${JSON.stringify("reason" in outcome ? { path, error: outcome } : { path, predictions: outcome })}\n`;
}

function textBlock({ path, outcome }: PredictedImage): string {
  if ("reason" in outcome) return `${path}\n  no prediction: ${outcome.reason}\n`;
  const lines = outcome.map(
    ({ label, probability }) => `  ${(probability * 100).toFixed(1).padStart(5)} %  ${label}\n`,
  );
  return `${path}\n${lines.join("")}`;
}

function threadCount(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw new DecantError("InvalidInput", `expected --threads to be a whole number from 1 to 256, got ${text}`);
}
