// Pictures of a folder for calibration, decoded by the one decoder: the same number of each folder, drawn by seed; from
// the training part where the folder is split.
import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { isImagePath } from "../../core/data-source/image-files.ts";
import { splitOfName } from "../../core/data-source/split-name.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { refuseFileSize } from "../../core/pixels/image-limits.ts";
import { chooseSamples } from "../../core/quantization/choose-samples.ts";
import type { InputPreprocessing } from "../../core/quantization/input-preprocessing.ts";
import { listFiles } from "../data-source/list-files.ts";
import { decodeImage, isRefused } from "../image-decoder/decode-image.ts";
import { inOrder } from "../prepared-data/in-order.ts";

export interface CalibrationImages {
  /** Pixels of each picture, [size, size, 3] RGB. */
  readonly calibration: readonly Uint8Array[];
  readonly held_back: readonly Uint8Array[];
  /** Chosen files that are no acceptable images. */
  readonly left_out: readonly { readonly path: string; readonly detail: string }[];
}

export interface ImagesRequest {
  readonly folder: string;
  readonly samples: { readonly calibration: number; readonly held_back: number };
  readonly preprocessing: Pick<InputPreprocessing, "size" | "resize">;
  readonly seed: number;
}

const PIXELS_SIZE_BYTES_MAX = 512_000_000;
const IMAGES_MIN = 8;
const LANES = 4;

/** Throws InvalidInput where the folder holds too few pictures, or so many are asked for that memory would not do. */
export async function calibrationImages(request: ImagesRequest): Promise<CalibrationImages> {
  const { folder, samples, preprocessing, seed } = request;
  const { size } = preprocessing;
  const wanted = samples.calibration + samples.held_back;
  if (wanted * size * size * 3 > PIXELS_SIZE_BYTES_MAX) {
    const most = Math.floor((PIXELS_SIZE_BYTES_MAX / (size * size * 3)) * (samples.calibration / wanted));
    throw new DecantError("InvalidInput", `expected at most ${most} samples of ${size} px, got ${samples.calibration}`);
  }
  const root = await realFolder(folder);
  const paths = trainingPaths((await listFiles(root)).files.map(({ path }) => path).filter(isImagePath));
  const folders = [...new Set(paths.map(folderOf))];
  const labels = paths.map((path) => folders.indexOf(folderOf(path)));
  const chosen = chooseSamples(labels, samples, seed);
  const left_out: { path: string; detail: string }[] = [];
  const decode = async (indices: readonly number[]) => {
    const pixels: Uint8Array[] = [];
    for await (const image of inOrder(indices, LANES, (at) => decodeOne(root, paths[at]!, preprocessing))) {
      if (image.pixels === undefined) left_out.push({ path: image.path, detail: image.detail });
      else pixels.push(image.pixels);
    }
    return pixels;
  };
  const images = { calibration: await decode(chosen.calibration), held_back: await decode(chosen.held_back), left_out };
  if (images.calibration.length < IMAGES_MIN || images.held_back.length === 0) {
    const found = `got ${images.calibration.length} for calibration and ${images.held_back.length} held back`;
    const broken = left_out.map(({ path, detail }) => ({ message: detail, where: path })).slice(0, IMAGES_MIN);
    const message = `expected at least ${IMAGES_MIN} pictures in ${folder} and some more to compare on, ${found}`;
    throw new DecantError("InvalidInput", [{ message }, ...broken]);
  }
  return images;
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (cause) {
    throw new DecantError("InvalidInput", `expected a folder of pictures in --data, but ${folder} can't be read`, {
      cause,
    });
  }
}

/** Only what stands under a folder named train, where there is one beside one for validation or test. */
function trainingPaths(paths: readonly string[]): readonly string[] {
  const splitOf = (path: string) => splitOfName(path.split("/")[0]!);
  const inTrain = paths.filter((path) => path.includes("/") && splitOf(path) === "train");
  const isSplit = paths.every((path) => path.includes("/") && splitOf(path) !== undefined);
  return isSplit && inTrain.length > 0 ? inTrain : paths;
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

type DecodedOne =
  | { readonly path: string; readonly pixels: Uint8Array }
  | { readonly path: string; readonly pixels?: undefined; readonly detail: string };

async function decodeOne(
  root: string,
  path: string,
  { size, resize }: ImagesRequest["preprocessing"],
): Promise<DecodedOne> {
  const bytes = await readFile(join(root, path));
  const refused = refuseFileSize(bytes.length);
  const image = refused ?? (await decodeImage(bytes, { sizes: [size], resize }));
  if (isRefused(image)) return { path, detail: `${image.reason}: ${image.detail}` };
  return { path, pixels: image.pixels.get(size)! };
}
