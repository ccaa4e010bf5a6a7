// docs/reference.md, the part on the job: every key of schemas/job.schema.json with its meaning.
import schema from "../../schemas/job.schema.json" with { type: "json" };

interface KeySchema {
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly required?: readonly string[];
}

/** Markdown table of the keys, nested ones by their path with dots. */
export function jobKeysReference(): string {
  const rows = keyRows(schema as KeySchema, "");
  return ["| Key | Meaning | |", "|---|---|---|", ...rows].join("\n");
}

function keyRows(parent: KeySchema, prefix: string): string[] {
  return Object.entries(parent.properties ?? {}).flatMap(([name, key]) => {
    const path = `${prefix}${name}`;
    if (key.properties) return keyRows(key, `${path}.`);
    const required = parent.required?.includes(name) ?? false;
    return [`| \`${path}\` | ${meaning(key)} | ${note(key, required)} |`];
  });
}

function meaning(key: KeySchema): string {
  const text = key.description ?? key.title ?? "";
  const choices = key.enum ? key.enum.map((choice) => `\`${String(choice)}\``).join(", ") : "";
  return [text, choices].filter((part) => part !== "").join(": ");
}

function note(key: KeySchema, required: boolean): string {
  if (required) return "required";
  return key.default === undefined ? "" : `default \`${JSON.stringify(key.default).replaceAll('"', "")}\``;
}
