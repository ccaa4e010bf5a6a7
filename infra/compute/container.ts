// The container of a GPU task: no root, no new rights, a root file system that can't be written, one folder that can.
import {
  EcsEc2ContainerDefinition,
  EcsFargateContainerDefinition,
  EcsVolume,
  LinuxParameters,
} from "aws-cdk-lib/aws-batch";
import { type ContainerImage, CpuArchitecture, LogDriver } from "aws-cdk-lib/aws-ecs";
import type { IRole } from "aws-cdk-lib/aws-iam";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Size, Stack } from "aws-cdk-lib/core";
import type { Construct } from "constructs";
import { FARGATE_VCPUS } from "./environments.ts";

export interface TaskParts {
  readonly image: ContainerImage;
  readonly logGroup: ILogGroup;
  readonly jobRole: IRole;
  readonly executionRole: IRole;
  /** The network is public: downloads need an address of their own. */
  readonly publicAddress: boolean;
}

/** As gpu-tasks/Dockerfile says. */
export const TASK_USER = "10001:10001";
export const SCRATCH = "/scratch";
/** Fits the smallest machine, g4dn.xlarge: 4 vCPUs and 16 GiB, of which the agent and the system keep some. */
export const GPU_VCPUS = 4;
export const GPU_MEMORY_MIB = 14_000;
export const FARGATE_MEMORY_MIB = 16_384;
const SHARED_MEMORY_MIB = 2048;
const FARGATE_DISK_GIB = 50;
/** As core/budget/billed-device.ts reads it. */
export const FARGATE_DEVICE = `fargate-${FARGATE_VCPUS}-${FARGATE_MEMORY_MIB}-${FARGATE_DISK_GIB}`;

export function gpuContainer(scope: Construct, id: string, parts: TaskParts): EcsEc2ContainerDefinition {
  return new EcsEc2ContainerDefinition(scope, id, {
    ...common(scope, parts),
    cpu: GPU_VCPUS,
    memory: Size.mebibytes(GPU_MEMORY_MIB),
    gpu: 1,
    privileged: false,
    readonlyRootFilesystem: true,
    linuxParameters: new LinuxParameters(scope, `${id}Linux`, {
      initProcessEnabled: true,
      sharedMemorySize: Size.mebibytes(SHARED_MEMORY_MIB),
    }),
    volumes: [EcsVolume.host({ name: "scratch", containerPath: SCRATCH })],
  });
}

/** Fargate gives a job no volume of its own, so its root file system must take the scratch files. */
export function fargateContainer(scope: Construct, id: string, parts: TaskParts): EcsFargateContainerDefinition {
  return new EcsFargateContainerDefinition(scope, id, {
    ...common(scope, parts),
    cpu: FARGATE_VCPUS,
    memory: Size.mebibytes(FARGATE_MEMORY_MIB),
    ephemeralStorageSize: Size.gibibytes(FARGATE_DISK_GIB),
    fargateCpuArchitecture: CpuArchitecture.X86_64,
    assignPublicIp: parts.publicAddress,
    readonlyRootFilesystem: false,
  });
}

function common(scope: Construct, { image, logGroup, jobRole, executionRole, publicAddress }: TaskParts) {
  return {
    image,
    jobRole,
    executionRole,
    user: TASK_USER,
    logging: LogDriver.awsLogs({ streamPrefix: "task", logGroup }),
    environment: {
      AWS_REGION: Stack.of(scope).region,
      TMPDIR: SCRATCH,
      HOME: SCRATCH,
      DECANT_FARGATE_DEVICE: FARGATE_DEVICE,
      // A pickle can run code: only where there is no way out but S3 is one opened.
      DECANT_PICKLED_WEIGHTS: publicAddress ? "refused" : "allowed",
    },
  };
}
