// What made the file: data, weights, versions, seed, machines, and the command that makes it again.
import { writtenJob } from "../job/write-job.ts";
import type { CertifiedMeasurement, Measurement } from "../workflow/records/measurement.ts";
import type { ReportInputs } from "./report-inputs.ts";
import type { Provenance } from "./report-model.ts";
import { weightsLicense, weightsOrigin } from "./weights-license.ts";

/** With the job and the profile of provenance.json in these files, and the same data. */
const REBUILD = "npx decant run decant.yaml --profile profile.json";

export function buildProvenance(
  inputs: ReportInputs,
  measurement: Measurement | CertifiedMeasurement | null,
): Provenance {
  const { plan, data, profile, certificate } = inputs;
  const { weights, architecture } = plan.backbone;
  const kept = certificate?.outcome === "kept" ? certificate.measurement : null;
  const samples = Object.values(data.splits).reduce((sum, split) => sum + split.count, 0);
  return {
    version: 1,
    tool: { name: "decant", version: inputs.tool_version },
    data: {
      manifest_hash: plan.manifest_hash,
      samples,
      test_digest: inputs.test_set.digest,
      test_sha256: inputs.test_set.hashes,
    },
    weights: {
      architecture,
      source: weightsOrigin(weights),
      sha256: "sha256" in weights ? weights.sha256 : null,
      license: weightsLicense(weights),
    },
    seed: plan.seed,
    threads: { training: plan.threads, measuring: measurement?.threads ?? plan.target.threads },
    model: kept && {
      sha256: kept.shipped.sha256,
      precision: kept.shipped.precision,
      size_bytes: kept.shipped.size_bytes,
    },
    machine: measurement?.machine ?? null,
    training: profile,
    steps: inputs.steps,
    job: inputs.job && writtenJob(inputs.job),
    rebuild: REBUILD,
  };
}
