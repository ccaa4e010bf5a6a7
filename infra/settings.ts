// What `cdk deploy -c NAME=VALUE` may choose, read once from the context and checked.
import type { Node } from "constructs";

/** Processors of compute/environments.ts' NODE_INSTANCE_TYPE. */
const NODE_VCPUS = 8;

export interface Settings {
  /** Days that step outputs are kept; runs and artifacts are kept for ever. */
  readonly step_days: number;
  /** Days that access logs and function logs are kept. */
  readonly log_days: number;
  /** Whether `cdk destroy` deletes the artifact bucket with everything in it. */
  readonly destroy_artifacts: boolean;
  /** Buckets beside the inbox that jobs may name data in; read only. */
  readonly data_buckets: readonly string[];
  /** public: idle network costs nothing; isolated: no internet, endpoints that cost by the hour. */
  readonly network: "public" | "isolated";
  /** Availability zones of the network. */
  readonly zones: number;
  /** gpu: spot GPUs, on demand behind; fargate: CPUs, for accounts without a GPU quota. */
  readonly compute: "gpu" | "fargate";
  /** vCPUs that a queue may use at once. */
  readonly vcpus_max: number;
  /** Machines that may train as one on a large data set. */
  readonly nodes_max: number;
  /** URI of the GPU tasks' image; undefined: built in the account. */
  readonly image: string | undefined;
  /** Who is told of alarms; undefined: whoever subscribes to the topic. */
  readonly alarm_email: string | undefined;
}

function bucketNames(list: string | undefined): readonly string[] {
  return (list ?? "").split(",").filter((name) => name !== "");
}

/** Throws a TypeError that names every value that is not understood. */
export function readSettings(node: Node): Settings {
  const problems: string[] = [];
  const context = (name: string): unknown => node.tryGetContext(name);
  const whole = (name: string, otherwise: number, what: string, range: readonly [number, number]): number => {
    const value = Number(context(name) ?? otherwise);
    if (Number.isInteger(value) && value >= range[0] && value <= range[1]) return value;
    problems.push(
      `Expected context ${name} to be a whole number of ${what}, ${range[0]} to ${range[1]}, got "${context(name)}".`,
    );
    return otherwise;
  };
  const days = (name: string, otherwise: number): number => whole(name, otherwise, "days", [1, 3653]);
  const choice = <T extends string>(name: string, offered: readonly [T, ...T[]]): T => {
    const value = context(name) ?? offered[0];
    const found = offered.find((entry) => entry === value);
    if (found === undefined) problems.push(`Expected context ${name} to be ${offered.join(" or ")}, got "${value}".`);
    return found ?? offered[0];
  };
  const text = (name: string, pattern: RegExp, what: string): string | undefined => {
    const value = context(name);
    if (value === undefined || (typeof value === "string" && pattern.test(value))) return value;
    problems.push(`Expected context ${name} to be ${what}, got "${value}".`);
    return undefined;
  };
  const flag = (name: string): boolean => {
    const value = String(context(name) ?? "false");
    if (value !== "true" && value !== "false") {
      problems.push(`Expected context ${name} to be true or false, got "${value}".`);
    }
    return value === "true";
  };
  const settings: Settings = {
    step_days: days("stepDays", 30),
    log_days: days("logDays", 90),
    destroy_artifacts: flag("destroyArtifacts"),
    data_buckets: bucketNames(text("dataBuckets", /^[a-z0-9.,-]+$/, "names of buckets, with commas between them")),
    network: choice("network", ["public", "isolated"]),
    zones: whole("zones", context("network") === "isolated" ? 2 : 3, "zones", [1, 6]),
    compute: choice("compute", ["gpu", "fargate"]),
    vcpus_max: whole("vcpus", 32, "vCPUs", [8, 1024]),
    nodes_max: whole("nodes", 1, "machines", [1, 16]),
    image: text(
      "image",
      /^[\w.-]+(:\d+)?(\/[\w.-]+)+(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
      "an image with a tag or digest",
    ),
    alarm_email: text("alarmEmail", /^[^@\s]+@[^@\s]+$/, "an e-mail address"),
  };
  if (settings.nodes_max > 1 && settings.compute === "fargate") {
    problems.push("Expected context nodes to be 1 with compute=fargate, which has no jobs of several machines.");
  }
  if (settings.nodes_max * NODE_VCPUS > settings.vcpus_max) {
    problems.push(
      `Expected context vcpus to be at least ${settings.nodes_max * NODE_VCPUS}, ${NODE_VCPUS} for each of ${settings.nodes_max} nodes, got ${settings.vcpus_max}.`,
    );
  }
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  return settings;
}
