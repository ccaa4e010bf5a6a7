// A path that somebody wrote into a manifest: inside the data folder, or refused.

const LENGTH_LIMIT = 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * The path in plain form (no "./", forward slashes), or why it is refused.
 * @param folder the manifest's own folder, relative to the data source; empty for the source itself
 */
export function relativePath(written: string, folder: string): { path: string } | { refused: string } {
  const refuse = (reason: string) => ({ refused: `${reason}, got "${written.slice(0, 120)}"` });
  if (written.trim() === "") return { refused: "expected a path, got nothing" };
  if (written.length > LENGTH_LIMIT) return refuse(`expected a path of at most ${LENGTH_LIMIT} characters`);
  if (CONTROL.test(written) || !written.isWellFormed())
    return { refused: "expected a path without control characters" };
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written)) return refuse("expected a path in the data folder, not a URL");
  if (written.includes("\\")) return refuse("expected a path with forward slashes");
  const segments = written.split("/").filter((segment) => segment !== "." && segment !== "");
  if (written.startsWith("/") || /^[A-Za-z]:/.test(segments[0] ?? ""))
    return refuse("expected a path relative to the manifest");
  if (segments.includes("..")) return refuse('expected a path without ".."');
  if (segments.length === 0) return refuse("expected a file");
  return { path: folder === "" ? segments.join("/") : `${folder}/${segments.join("/")}` };
}
