// Class folders inside folders: which of the two names is the label can't be guessed, but a way out can be suggested.
import type { Problem } from "../errors/problem.ts";
import { listWords } from "../text/did-you-mean.ts";

/** One problem an outer folder. @param images path segments of images that lie too deep */
export function nestedFolders(images: readonly (readonly string[])[], splits: ReadonlySet<string>): Problem[] {
  const outerOf = (segments: readonly string[]) => segments.slice(0, splits.has(segments[0] ?? "") ? 2 : 1).join("/");
  return [...Map.groupBy(images, outerOf)].map(([outer, members]) => {
    const inner = [...new Set(members.map((segments) => segments[outer.split("/").length] ?? ""))];
    const message = `Expected images directly in a class folder, got ${members.length} in folders inside ${outer} (${listWords(inner, 4)}): name ${outer} as data.source if those inner names are the labels, or write a CSV with path,label,group.`;
    return { message, where: members[0]?.join("/") ?? outer };
  });
}
