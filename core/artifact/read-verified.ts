// manifest.json and report.json of an artifact that is to be verified, read back and checked against their schemas.
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import manifestSchema from "../../schemas/manifest.schema.json" with { type: "json" };
import provenanceSchema from "../../schemas/provenance.schema.json" with { type: "json" };
import reportSchema from "../../schemas/report.schema.json" with { type: "json" };
import type { Problem } from "../errors/problem.ts";
import type { ReportModel } from "../report/report-model.ts";
import type { ArtifactManifest } from "./manifest.ts";

const ajv = new Ajv2020({ allErrors: true }).addSchema(provenanceSchema);
const validManifest = ajv.compile<ArtifactManifest>(manifestSchema);
const validReport = ajv.compile<ReportModel>(reportSchema);

type Read<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

export function readManifest(text: string): Read<ArtifactManifest> {
  return read(text, "manifest.json", validManifest);
}

export function readReport(text: string): Read<ReportModel> {
  return read(text, "report.json", validReport);
}

function read<T>(text: string, name: string, valid: ValidateFunction<T>): Read<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [{ message: `expected JSON, got: ${(error as Error).message}`, where: name }] };
  }
  if (valid(value)) return { value };
  const problems = (valid.errors ?? []).map(({ instancePath, message }) => {
    return { message: `${message ?? "does not fit the schema"}`, where: `${name} ${instancePath}`.trim() };
  });
  return { problems };
}
