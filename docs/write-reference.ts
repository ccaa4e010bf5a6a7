// `npm run docs`: writes docs/reference.md from the program.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { referencePage } from "../cli/reference/page.ts";

writeFileSync(fileURLToPath(new URL("reference.md", import.meta.url)), referencePage());
