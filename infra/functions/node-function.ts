// One Lambda function on Node with its own role and its own log: what it may do is only what it is given here.

import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Code, Architecture as CpuKind, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Duration, RemovalPolicy, Size, SymlinkFollowMode } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { retention } from "../retention.ts";
import type { FunctionSpec } from "./catalogue.ts";
import type { Packed } from "./pack.ts";

/** The longest that Lambda offers. */
const TIMEOUT = Duration.minutes(15);

export interface NodeFunctionProps extends Omit<FunctionSpec, "name"> {
  readonly description: string;
  readonly packed: Packed;
  readonly environment: Readonly<Record<string, string>>;
  readonly statements: readonly PolicyStatement[];
  readonly log_days: number;
  readonly timeout?: Duration;
}

/** A session holds a model several times: its bytes, its tensors, what it was optimized to. */
const MODEL_SHARE = 1 / 4;

/** What lambdas/input-fit.ts holds inputs against. */
function limitsOf({ storage_mb, memory_mb, runs_models }: NodeFunctionProps): Record<string, string> {
  return {
    STORAGE_MB: String(storage_mb),
    ...(runs_models && { MODEL_MB_MAX: String(Math.floor(memory_mb * MODEL_SHARE)) }),
  };
}

export class NodeFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, "Log", {
      retention: retention(props.log_days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: props.description,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        sid: "WriteOwnLog",
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [this.logGroup.logGroupArn], // ends in a star for the log's streams
      }),
    );
    for (const statement of props.statements) this.role.addToPolicy(statement);
    this.function = new LambdaFunction(this, "Function", {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture === "arm64" ? CpuKind.ARM_64 : CpuKind.X86_64,
      code: Code.fromAsset(props.packed.folderOf(props.handler, props.architecture), {
        followSymlinks: SymlinkFollowMode.ALWAYS,
      }),
      handler: "index.handler",
      memorySize: props.memory_mb,
      ephemeralStorageSize: Size.mebibytes(props.storage_mb),
      timeout: props.timeout ?? TIMEOUT,
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...props.environment, ...limitsOf(props) },
    });
  }
}
