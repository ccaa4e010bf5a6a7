// Where GPU tasks have their network. public: subnets without inbound rules, S3 through a gateway endpoint, no NAT, so an
// idle network costs nothing. isolated: no way to the internet at all, only endpoints, which cost by the hour.

import {
  type CfnSecurityGroup,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import { Fn, RemovalPolicy, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { addInterfaceEndpoints, findS3PrefixList, limitS3Endpoint } from "./network-endpoints.ts";
import { retention } from "./retention.ts";

export interface NetworkProps {
  readonly kind: "public" | "isolated";
  /** Availability zones: more of them find spot machines sooner. */
  readonly zones: number;
  readonly log_days: number;
  /** All that may be reached through the S3 endpoint, beside the registry's layers. */
  readonly buckets: readonly IBucket[];
  /** By name, others that jobs may read. */
  readonly data_buckets: readonly string[];
}

const HTTPS = Port.tcp(443);

export class Network extends Construct {
  readonly kind: NetworkProps["kind"];
  readonly vpc: Vpc;
  /** Of every task: nothing comes in; out go HTTPS connections, in the isolated network to S3 and the endpoints only. */
  readonly taskGroup: SecurityGroup;
  /** As taskGroup, and nodes of one multi-node job may reach each other. */
  readonly nodeGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.kind = props.kind;
    this.vpc = new Vpc(this, "Vpc", {
      ipAddresses: IpAddresses.cidr("10.0.0.0/16"),
      // By position, so that the same template fits every region.
      availabilityZones: Array.from({ length: props.zones }, (_, i) => Fn.select(i, Fn.getAzs(Stack.of(this).region))),
      natGateways: 0,
      // Nothing uses the default group; closing it would deploy a function with rights on every group.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        props.kind === "isolated"
          ? { name: "Tasks", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }
          : { name: "Tasks", subnetType: SubnetType.PUBLIC, cidrMask: 20, mapPublicIpOnLaunch: true },
      ],
    });
    limitS3Endpoint(this.vpc.addGatewayEndpoint("S3", { service: GatewayVpcEndpointAwsService.S3 }), props);
    this.logRefusedTraffic(props.log_days);
    this.taskGroup = this.group("TaskGroup", "GPU tasks: nothing in, HTTPS out");
    this.nodeGroup = this.group("NodeGroup", "Nodes of one multi-node job: each other, HTTPS out");
    this.nodeGroup.addIngressRule(this.nodeGroup, Port.allTraffic(), "nodes of one job");
    this.nodeGroup.addEgressRule(this.nodeGroup, Port.allTraffic(), "nodes of one job");
    this.openOutwards();
  }

  private group(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: false });
  }

  private openOutwards(): void {
    const groups = [this.taskGroup, this.nodeGroup];
    if (this.kind === "public") {
      for (const group of groups) group.addEgressRule(Peer.anyIpv4(), HTTPS, "registry, logs, S3, weights by HTTPS");
      return;
    }
    const endpoints = addInterfaceEndpoints(this.vpc, groups);
    const prefixList = findS3PrefixList(this);
    for (const group of groups) {
      // In the group itself: a group that names no rule of its own begins with one that allows everything.
      (group.node.defaultChild as CfnSecurityGroup).addPropertyOverride("SecurityGroupEgress", [
        { IpProtocol: "tcp", FromPort: 443, ToPort: 443, DestinationPrefixListId: prefixList, Description: "S3" },
      ]);
      group.addEgressRule(endpoints, HTTPS, "registry, logs and ECS through endpoints");
    }
  }

  /** What was refused tells of attempts; what was allowed would cost by the gigabyte. */
  private logRefusedTraffic(days: number): void {
    const logGroup = new LogGroup(this, "FlowLog", {
      retention: retention(days),
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog("Refused", {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }
}
