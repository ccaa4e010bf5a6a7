// Every reader, in alphabetical order of its key. A new one: its file, and a line here and in schemas/job.schema.json.
import { csv } from "./csv.ts";
import { imageFolder } from "./image-folder.ts";
import { jsonLines } from "./json-lines.ts";
import type { Reader } from "./reader.ts";

export const READERS: readonly Reader[] = [csv, imageFolder, jsonLines];
