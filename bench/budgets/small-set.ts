// A small copy of a data set, so that a run takes a minute: the first so many pictures of each class, by content hash.
import { copyFile, mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { readDataSet } from "../peers/samples.ts";

export interface SmallSet {
  readonly folder: string;
  /** Of the whole data set. */
  readonly manifest_hash: string;
  readonly train: number;
  readonly held_out: number;
}

/** Writes train/CLASS and val/CLASS; held-out pictures: half as many a class as training ones. */
export async function writeSmallSet(source: string, folder: string, perClass: number): Promise<SmallSet> {
  const data = await readDataSet(source);
  const copy = async (samples: typeof data.train, part: string, limit: number): Promise<number> => {
    const byClass = [...Map.groupBy(samples, ({ label }) => label)].map(([, same]) => same.slice(0, limit));
    for (const { path, label, sha256 } of byClass.flat()) {
      await mkdir(join(folder, part, label), { recursive: true });
      await copyFile(join(data.root, path), join(folder, part, label, sha256.slice(0, 16) + extname(path)));
    }
    return byClass.flat().length;
  };
  const train = await copy(data.train, "train", perClass);
  const held_out = await copy(data.held_out, "val", Math.ceil(perClass / 2));
  return { folder, manifest_hash: data.manifest_hash, train, held_out };
}
