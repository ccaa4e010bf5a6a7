// Every Lambda state and its handler, in alphabetical order. A new one: its file, a line here, its state in core/workflow.
import { certify } from "./certify.ts";
import { compressKey } from "./compress-key.ts";
import { decide } from "./decide.ts";
import { fineTuneKey } from "./fine-tune-key.ts";
import { listShards } from "./list-shards.ts";
import { measure } from "./measure.ts";
import { plan } from "./plan.ts";
import { prepareData } from "./prepare-data.ts";
import { prepareShard } from "./prepare-shard.ts";
import { profileKey } from "./profile-key.ts";
import { propose } from "./propose.ts";
import { publish } from "./publish.ts";
import { quantize } from "./quantize.ts";
import { recordFailure } from "./record-failure.ts";
import { report } from "./report.ts";
import type { Services } from "./services.ts";
import { taskFailed } from "./task-failed.ts";
import { timeLayers } from "./time-layers.ts";

/** Each handler takes the slice of the payload that its own type names; the document sends the whole. */
// biome-ignore lint/suspicious/noExplicitAny: the payload's type is the handler's own
export type Handler = (payload: any, services: Services) => Promise<unknown>;

export const HANDLERS: Readonly<Record<string, Handler>> = {
  Certify: certify,
  CompressFailed: taskFailed,
  CompressKey: compressKey,
  Decide: decide,
  FineTuneFailed: taskFailed,
  FineTuneKey: fineTuneKey,
  ListShards: listShards,
  Measure: measure,
  Plan: plan,
  PrepareData: prepareData,
  PrepareShard: prepareShard,
  ProfileFailed: taskFailed,
  ProfileKey: profileKey,
  Propose: propose,
  Publish: publish,
  Quantize: quantize,
  RecordFailure: recordFailure,
  Report: report,
  TimeLayers: timeLayers,
};
