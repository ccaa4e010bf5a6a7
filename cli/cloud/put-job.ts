// Brings a local job into the inbox: its data first, so that nothing starts before everything is there, then its text.
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { asCloudErrors } from "../../adapters/aws/cloud-error.ts";
import { type DataSource, readSource } from "../../adapters/data-source/read-source.ts";
import { isS3Address } from "../../adapters/s3/address.ts";
import { type Uploaded, uploadFolder } from "../../adapters/s3/upload-folder.ts";
import { DecantError } from "../../core/errors/problem.ts";
import { jobYaml, writtenJob } from "../../core/job/write-job.ts";
import { cloudJob } from "../../core/trigger/cloud-job.ts";
import { DATA_PREFIX } from "../../core/workflow/deployment.ts";
import type { LoadedJob } from "../load-job.ts";

export interface PutJobRequest extends LoadedJob {
  readonly client: S3Client;
  readonly inbox: string;
  /** JOBS_PREFIX starts a run at once, SCHEDULED_PREFIX waits for its schedule. */
  readonly prefix: string;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

export interface PutJob {
  readonly key: string;
  readonly version: string;
  /** Undefined where the job names data that is in the cloud already. */
  readonly data: Uploaded | undefined;
}

/** Throws InvalidJob or InvalidData with everything that a run would refuse, before anything is uploaded. */
export async function putJob(request: PutJobRequest): Promise<PutJob> {
  const { client, inbox, prefix, job } = request;
  const segment = objectName(job.name);
  const key = `${prefix}${segment}.yaml`;
  const local = await readLocalData(request);
  const folder = `${DATA_PREFIX}${segment}/`;
  const source = local ? `s3://${inbox}/${folder}${local.listing.named_file ?? ""}` : job.data.source;
  const text = jobYaml(writtenJob({ ...job, data: { ...job.data, source } }));
  const checked = cloudJob(new TextEncoder().encode(text), inbox, key);
  if ("problems" in checked) throw new DecantError("InvalidJob", checked.problems);
  const data = local && (await uploadData(request, local, folder));
  const put = { Bucket: inbox, Key: key, Body: text, ContentType: "application/yaml" };
  const { VersionId } = await asCloudErrors(`store s3://${inbox}/${key}`, () => client.send(new PutObjectCommand(put)));
  if (VersionId === undefined)
    throw new DecantError("CloudFailed", `Expected the bucket ${inbox} to keep versions: deploy the stack again.`);
  return { key, version: VersionId, data };
}

/** Undefined where the job names data that is in the cloud already. */
async function readLocalData({ job, folder }: PutJobRequest): Promise<DataSource | undefined> {
  const { source, layout, group } = job.data;
  if (isS3Address(source)) return undefined;
  const request = { source, ...(layout !== undefined && { layout }), ...(group !== undefined && { group }) };
  const data = await readSource(folder, request);
  if (data.result.problems.length > 0) throw new DecantError("InvalidData", data.result.problems);
  return data;
}

/** Only what the reader names: rows' files and the files of their labels. */
function uploadData(
  { client, inbox, signal, progress }: PutJobRequest,
  { root, listing, label_files, result }: DataSource,
  prefix: string,
): Promise<Uploaded> {
  const wanted = new Set([...result.rows.map(({ path }) => path), ...label_files]);
  const files = listing.files.filter(({ path }) => wanted.has(path));
  const report = (done: number) => progress(done, files.length);
  return uploadFolder({ client, bucket: inbox, prefix, root, files, signal, progress: report });
}

/** A job's name may hold anything; object keys, schedules and people prefer letters, digits, dot, dash and underscore. */
export function objectName(jobName: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(jobName)) return jobName;
  const message = `Expected a job name of at most 64 letters, digits, dots, dashes and underscores for the cloud, got ${JSON.stringify(jobName)}: change the job's name.`;
  throw new DecantError("InvalidJob", [{ message, where: "/name" }]);
}
