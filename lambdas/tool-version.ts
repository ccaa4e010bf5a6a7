// This program's version: part of provenance, and of the keys of steps whose output shows it.
import manifest from "../package.json" with { type: "json" };

export const TOOL_VERSION: string = manifest.version;
