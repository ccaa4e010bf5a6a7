// This program's version, as in package.json: part of provenance, and of the keys of steps whose output shows it.

export const TOOL_VERSION = "0.1.0";
