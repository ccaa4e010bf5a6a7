// From job to packed data: Plan and PrepareData. In the cloud, data of more than one shard is packed by a Distributed Map
// first, and PrepareData joins; everywhere else PrepareData packs in one piece. Both write the same bytes.
import type { MapState, States } from "../asl.ts";
import { TIMEOUT_DATA_SECONDS, TIMEOUT_DECIDE_SECONDS } from "../timeouts.ts";
import { CATCH_ALL } from "./failure.ts";
import { lambdaTask } from "./lambda-task.ts";

/** Functions at once; an account has 1,000 unless it asked for more. */
const SHARDS_AT_ONCE = 40;

const shards: MapState = {
  Type: "Map",
  Comment: "Every shard of the data, each an execution of its own.",
  ItemsPath: "$.sharding.shards",
  ItemSelector: { "run.$": "$.run", "plan.$": "$.plan", "shard.$": "$$.Map.Item.Value" },
  MaxConcurrency: SHARDS_AT_ONCE,
  ItemProcessor: {
    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
    StartAt: "PrepareShard",
    States: {
      PrepareShard: lambdaTask({
        name: "PrepareShard",
        comment: "Decodes, resizes and packs the samples of one shard.",
        keeps: [],
        under: null,
        timeoutSeconds: TIMEOUT_DATA_SECONDS,
        // The Map would tell of an error only that too many items failed. PrepareData packs what is missing itself, and
        // so meets the error, if it lasts, and fails under its name.
        catchers: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "ShardOver" }],
        next: "ShardOver",
      }),
      ShardOver: {
        Type: "Pass",
        Comment: "Its step is found by its key, so nothing needs to be said.",
        Parameters: {},
        End: true,
      },
    },
  },
  ResultPath: null,
  Catch: CATCH_ALL,
  Next: "PrepareData",
};

export const preparationStates: States = {
  Plan: lambdaTask({
    name: "Plan",
    comment: "Resolves job, manifest and weights; chooses input sizes; writes the plan.",
    keeps: ["step", "key"],
    under: "plan",
    timeoutSeconds: TIMEOUT_DATA_SECONDS, // it hashes every file of the data source
    catchers: CATCH_ALL,
    next: "Distributed?",
  }),
  "Distributed?": {
    Type: "Choice",
    Comment: "A Distributed Map runs in the cloud only.",
    Choices: [{ Variable: "$.distributed", IsPresent: true, Next: "ListShards" }],
    Default: "PrepareData",
  },
  ListShards: lambdaTask({
    name: "ListShards",
    comment: "The ranges of samples that are packed together.",
    keeps: ["sharded", "shards"],
    under: "sharding",
    timeoutSeconds: TIMEOUT_DECIDE_SECONDS,
    catchers: CATCH_ALL,
    next: "Sharded?",
  }),
  "Sharded?": {
    Type: "Choice",
    Comment: "What fits one function needs no Map.",
    Choices: [{ Variable: "$.sharding.sharded", BooleanEquals: true, Next: "Shards" }],
    Default: "PrepareData",
  },
  Shards: shards,
  PrepareData: lambdaTask({
    name: "PrepareData",
    comment: "Decodes, resizes and packs every sample once, or joins the shards that were.",
    keeps: ["step", "key"],
    under: "data",
    timeoutSeconds: TIMEOUT_DATA_SECONDS,
    catchers: CATCH_ALL,
    next: "ProfileKey",
  }),
};
