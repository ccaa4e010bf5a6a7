// Which renderer suits: JSON lines on request, a live list on a terminal wide enough, plain lines elsewhere.
import { createJsonLines } from "./json-lines.ts";
import { createLiveList } from "./live-list.ts";
import { createPlainLines } from "./plain-lines.ts";
import type { Renderer } from "./run-event.ts";

/** A live list in a narrower terminal would wrap into nothing readable. */
const LIVE_COLUMNS = 40;

export function createRenderer(json: boolean): Renderer {
  if (json) return createJsonLines(process.stdout, process.stderr);
  if (process.stdout.isTTY && process.stdout.columns >= LIVE_COLUMNS && !process.env.CI)
    return createLiveList(process.stdout, process.stderr);
  return createPlainLines(process.stdout, process.stderr, () => Date.now());
}
