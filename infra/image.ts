// The image of the GPU tasks: given as a URI, or built in the account from gpu-tasks/ by CodeBuild when the stack is
// deployed. Deploying needs no Docker, and the stack is complete only when the image stands.
import { fileURLToPath } from "node:url";
import { BuildSpec, ComputeType, LinuxBuildImage, Project, Source } from "aws-cdk-lib/aws-codebuild";
import { Repository, RepositoryEncryption, TagMutability } from "aws-cdk-lib/aws-ecr";
import { ContainerImage } from "aws-cdk-lib/aws-ecs";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Duration, IgnoreMode, RemovalPolicy } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { buildOnDeploy } from "./image/build-on-deploy.ts";
import { BUILD_SCRIPT } from "./image/build-script.ts";
import { retention } from "./retention.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** What of the repository the image is made of; the rest never reaches the account. */
const SOURCES = ["*", "!gpu-tasks", "!schemas", "gpu-tasks/tests", "**/__pycache__", "**/.*"];
const IMAGES_KEPT = 3;
const BUILD_TIME = Duration.minutes(60);

export interface ImageProps {
  /** Of the image to use as it is; undefined: build one. */
  readonly uri: string | undefined;
  /** cpu takes torch's CPU build, which is several gigabytes smaller. */
  readonly variant: "gpu" | "cpu";
  readonly log_days: number;
}

export class TaskImage extends Construct {
  readonly image: ContainerImage;
  /** What starting a container of it needs beside what `image` grants by itself. */
  readonly pull: readonly PolicyStatement[];
  readonly project: Project | undefined;

  constructor(scope: Construct, id: string, { uri, variant, log_days }: ImageProps) {
    super(scope, id);
    if (uri !== undefined) {
      this.image = ContainerImage.fromRegistry(uri);
      this.pull = pullStatements(uri);
      return;
    }
    const repository = new Repository(this, "Repository", {
      encryption: RepositoryEncryption.AES_256,
      imageScanOnPush: true,
      imageTagMutability: TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: IMAGES_KEPT, description: "this image and two to go back to" }],
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
    });
    const source = new Asset(this, "Source", { path: ROOT, exclude: SOURCES, ignoreMode: IgnoreMode.DOCKER });
    const tag = `${variant}-${source.assetHash.slice(0, 16)}`;
    this.project = this.buildProject(repository, source, { TAG: tag, VARIANT: variant }, log_days);
    buildOnDeploy(this, this.project, tag, BUILD_TIME);
    this.image = ContainerImage.fromEcrRepository(repository, tag);
    this.pull = [];
  }

  private buildProject(
    repository: Repository,
    source: Asset,
    variables: Readonly<Record<string, string>>,
    log_days: number,
  ): Project {
    const logGroup = new LogGroup(this, "BuildLog", {
      retention: retention(log_days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const environment = { ...variables, REPOSITORY: repository.repositoryName, IMAGE: repository.repositoryUri };
    const role = new Role(this, "BuildRole", { assumedBy: new ServicePrincipal("codebuild.amazonaws.com") });
    const project = new Project(this, "Build", {
      // The construct's own statements name actions by wildcard; those below do not.
      role: role.withoutPolicyUpdates(),
      description: "Builds the image of the GPU tasks and pushes it",
      source: Source.s3({ bucket: source.bucket, path: source.s3ObjectKey }),
      buildSpec: BuildSpec.fromObject({ version: 0.2, phases: { build: { commands: [BUILD_SCRIPT] } } }),
      // privileged: a Docker engine of its own, on a machine that is thrown away
      environment: {
        buildImage: LinuxBuildImage.STANDARD_7_0,
        computeType: ComputeType.MEDIUM,
        privileged: true,
      },
      environmentVariables: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, { value }])),
      logging: { cloudWatch: { logGroup } },
      timeout: BUILD_TIME,
    });
    for (const statement of buildStatements(repository, source, logGroup)) role.addToPolicy(statement);
    return project;
  }
}

function buildStatements(repository: Repository, source: Asset, logGroup: LogGroup): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: "ReadSource",
      actions: ["s3:GetObject", "s3:GetObjectVersion"],
      resources: [source.bucket.arnForObjects(source.s3ObjectKey)],
    }),
    new PolicyStatement({
      sid: "WriteLog",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    }),
    new PolicyStatement({ sid: "LogInToRegistry", actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
    new PolicyStatement({
      sid: "PushImage",
      actions: [...PULL_ACTIONS, ...PUSH_ACTIONS],
      resources: [repository.repositoryArn],
    }),
  ];
}

const PULL_ACTIONS = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
const PUSH_ACTIONS = [
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImages",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

const PRIVATE_REGISTRY = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+?)(?:[:@].+)?$/;

/** For an image in a private registry of AWS; a public one needs no permission. */
function pullStatements(uri: string): PolicyStatement[] {
  const [, account, region, name] = PRIVATE_REGISTRY.exec(uri) ?? [];
  if (account === undefined) return [];
  const partition = region?.startsWith("cn-") ? "aws-cn" : "aws";
  return [
    new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }),
    new PolicyStatement({
      actions: PULL_ACTIONS,
      resources: [`arn:${partition}:ecr:${region}:${account}:repository/${name}`],
    }),
  ];
}
