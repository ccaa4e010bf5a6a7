// Everything that tests write into the system's folder for temporary files lies in one folder, removed at the end: also what a worker
// had no chance to remove (a killed one runs no exit handler), and what a library makes of its own accord (CDK's cdk.out).
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), "decant-tests-"));
  process.env.TMPDIR = root; // workers inherit it
  return () => rmSync(root, { recursive: true, force: true });
}
