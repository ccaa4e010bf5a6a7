// Machines for the queues. All start at zero and go back to zero. One GPU a machine, since a task uses one.
import {
  AllocationStrategy,
  type CfnComputeEnvironment,
  EcsMachineImageType,
  FargateComputeEnvironment,
  type IManagedComputeEnvironment,
  ManagedEc2EcsComputeEnvironment,
  type ManagedEc2EcsComputeEnvironmentProps,
} from "aws-cdk-lib/aws-batch";
import { InstanceType } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import { gpuLaunchTemplate } from "./launch-template.ts";
import type { ComputeProps } from "./props.ts";
import { instanceRole } from "./roles.ts";

/** NVIDIA A10G, L4 and T4. Several kinds and sizes, so that spot has something to choose from. */
export const GPU_INSTANCE_TYPES = ["g5.xlarge", "g5.2xlarge", "g6.xlarge", "g6.2xlarge", "g4dn.xlarge", "g4dn.2xlarge"];
/** Of a multi-node job: every node alike. */
export const NODE_INSTANCE_TYPE = "g5.2xlarge";
export const FARGATE_VCPUS = 4;

type Limits = Pick<ComputeProps, "network" | "vcpus_max">;

/** In the queue's order: spot first, on demand where spot has nothing. */
export function gpuEnvironments(scope: Construct, limits: Limits): IManagedComputeEnvironment[] {
  const spot = AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED;
  const onDemand = AllocationStrategy.BEST_FIT_PROGRESSIVE;
  const common = ec2Common(scope, limits);
  const { taskGroup } = limits.network;
  const securityGroups = [taskGroup];
  return [
    machines(scope, "GpuSpot", { ...common, securityGroups, spot: true, allocationStrategy: spot }),
    machines(scope, "GpuOnDemand", { ...common, securityGroups, allocationStrategy: onDemand }),
  ];
}

/** Batch offers multi-node jobs on demand only: https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html */
export function nodeEnvironment(scope: Construct, limits: Limits): IManagedComputeEnvironment {
  return machines(scope, "GpuNodes", {
    ...ec2Common(scope, limits),
    instanceTypes: [new InstanceType(NODE_INSTANCE_TYPE)],
    securityGroups: [limits.network.nodeGroup],
    allocationStrategy: AllocationStrategy.BEST_FIT_PROGRESSIVE,
  });
}

/** Named by number: Batch would go on with the template's first version, whatever is deployed later. */
function machines(
  scope: Construct,
  id: string,
  props: ManagedEc2EcsComputeEnvironmentProps,
): ManagedEc2EcsComputeEnvironment {
  const environment = new ManagedEc2EcsComputeEnvironment(scope, id, props);
  const resource = environment.node.defaultChild as CfnComputeEnvironment;
  resource.addPropertyOverride("ComputeResources.LaunchTemplate.Version", gpuLaunchTemplate(scope).latestVersionNumber);
  return environment;
}

/** For accounts without a GPU quota. */
export function fargateEnvironments(scope: Construct, { network, vcpus_max }: Limits): IManagedComputeEnvironment[] {
  const common = {
    vpc: network.vpc,
    vpcSubnets: { subnets: subnetsOf(network) },
    securityGroups: [network.taskGroup],
    maxvCpus: vcpus_max,
    replaceComputeEnvironment: false,
  };
  return [
    new FargateComputeEnvironment(scope, "CpuSpot", { ...common, spot: true }),
    new FargateComputeEnvironment(scope, "CpuOnDemand", common),
  ];
}

function ec2Common(scope: Construct, { network, vcpus_max }: Limits) {
  return {
    vpc: network.vpc,
    vpcSubnets: { subnets: subnetsOf(network) },
    instanceTypes: GPU_INSTANCE_TYPES.map((name) => new InstanceType(name)),
    useOptimalInstanceClasses: false,
    images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
    minvCpus: 0,
    maxvCpus: vcpus_max,
    instanceRole: instanceRole(scope),
    launchTemplate: gpuLaunchTemplate(scope),
    updateToLatestImageVersion: true,
    replaceComputeEnvironment: false,
  };
}

function subnetsOf({ vpc, kind }: ComputeProps["network"]) {
  return kind === "public" ? vpc.publicSubnets : vpc.isolatedSubnets;
}
