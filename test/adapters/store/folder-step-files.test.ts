// Step files in a folder store.
import { rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFolderStepFiles } from "../../../adapters/folder-step-files.ts";
import { createFolderStore } from "../../../adapters/folder-store.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { stepFilesContract } from "./step-files-contract.ts";

stepFilesContract("folders", () => {
  const root = temporaryFolder();
  const store = createFolderStore(root);
  const damage = async (path: string, content: string | undefined) => {
    const file = join(root, path);
    if (content === undefined) return rmSync(file);
    writeFileSync(file, content);
    utimesSync(file, new Date(), new Date(Date.now() + 5000)); // a hash is remembered by the time of change
  };
  return { store, files: createFolderStepFiles(root, store), again: () => createFolderStepFiles(root, store), damage };
});
