// The README's picture of the front: between two marks, and only where it was measured.

const FROM = "<!-- front: npm run bench:peers -->";
const TO = "<!-- /front -->";

/** Only what stands between the marks changes; a README without them stays as it is. Without a caption: no picture. */
export function withFrontPicture(readme: string, caption: string | undefined): string {
  const [from, to] = [readme.indexOf(FROM), readme.indexOf(TO)];
  if (from === -1 || to < from) return readme;
  const lines = [
    "![Accuracy against speed-up: Decant, smaller inputs, torch-pruning](docs/front.svg)",
    "",
    `Same pictures, pretrained weights, training pictures and seconds for every side. ${caption} Intervals, files and the command: [benchmarks.md](docs/benchmarks.md).`,
  ];
  const between = caption !== undefined ? `\n\n${lines.join("\n")}\n\n` : "\n";
  return `${readme.slice(0, from + FROM.length)}${between}${readme.slice(to)}`;
}
