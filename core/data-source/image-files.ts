// Which files are images by their name, and which are nobody's data.

const IMAGE = /\.(?:gif|jpe?g|png|tiff?|webp)$/i;
const JUNK = new Set(["thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "__macosx"]);

export const IMAGE_EXTENSIONS = "jpg, jpeg, png, webp, tif, tiff or gif";

export function isImagePath(path: string): boolean {
  return IMAGE.test(path);
}

/** Hidden files and folders, and what operating systems leave behind. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith(".") || JUNK.has(name.toLowerCase());
}

/** Left out of the data, counted, shown. */
export function unsupported(path: string): { path: string; reason: "unsupported"; detail: string } {
  return { path, reason: "unsupported", detail: `expected a file name that ends in ${IMAGE_EXTENSIONS}` };
}
