// example.mjs of an artifact: sharp and ONNX Runtime for Node. It reads preprocessing.json, so it fits every model.

export const NODE_EXAMPLE = `// Prints the most likely labels of an image. sharp decodes as when the model was measured, but resizes by its own
// arithmetic: pixels differ by about 1 of 255 where a photo is reduced, by several at edges where a small one is enlarged.
// decant predict takes exactly the measured path.
//
//     npm install onnxruntime-node sharp
//     node example.mjs photo.jpg
import { readFileSync } from 'node:fs';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import * as onnxruntime from 'onnxruntime-node';
import sharp from 'sharp';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const FITS = { cover: "cover", contain: "contain", stretch: "fill" };

/** Decodes an image to uint8 [1, 3, size, size], RGB: upright, sRGB, transparency over white. */
async function readPixels(path, size, resize) {
  const image = sharp(path).autoOrient();
  if (resize === "cover") {
    const { width, height } = (await sharp(path).metadata()).autoOrient;
    const side = Math.min(width, height);
    const [left, top] = [Math.floor((width - side) / 2), Math.floor((height - side) / 2)];
    image.extract({ left, top, width: side, height: side });
  }
  const { data } = await image
    .flatten({ background: "white" })
    .resize(size, size, { fit: FITS[resize], background: "black", kernel: "cubic" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const planes = new Uint8Array(3 * size * size);
  for (let pixel = 0; pixel < size * size; pixel += 1)
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * size * size + pixel] = data[pixel * 3 + channel];
  return new onnxruntime.Tensor("uint8", planes, [1, 3, size, size]);
}

if (argv.length !== 3) {
  console.error("usage: node example.mjs IMAGE");
  exit(2);
}
const preprocessing = JSON.parse(readFileSync(here("preprocessing.json"), "utf8"));
const labels = readFileSync(here("labels.txt"), "utf8").split("\\n");
const session = await onnxruntime.InferenceSession.create(here("model.onnx"));
const images = await readPixels(argv[2], preprocessing.input_size, preprocessing.resize);
const { logits } = await session.run({ images });
const values = Array.from(logits.data);
const largest = Math.max(...values);
const exponentials = values.map((value) => Math.exp(value - largest));
const sum = exponentials.reduce((total, value) => total + value, 0);
const ranked = exponentials.map((value, index) => [labels[index], value / sum]).sort((a, b) => b[1] - a[1]);
for (const [label, probability] of ranked.slice(0, 3)) console.log(\`\${label}\\t\${probability.toFixed(3)}\`);
`;
