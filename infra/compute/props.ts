// What the compute of GPU tasks is built from.
import type { ContainerImage } from "aws-cdk-lib/aws-ecs";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Network } from "../network.ts";

export interface ComputeProps {
  readonly kind: "gpu" | "fargate";
  readonly network: Network;
  readonly image: ContainerImage;
  /** What may be pulled beside what `image` grants by itself. */
  readonly pull: readonly PolicyStatement[];
  readonly inbox: IBucket;
  readonly artifact: IBucket;
  /** Buckets beside the inbox that jobs may name weights in. */
  readonly data_buckets: readonly string[];
  readonly log_days: number;
  /** At once, in each queue: a limit on what a mistake can cost. A machine has 4 or 8. */
  readonly vcpus_max: number;
}
