// The network lets nothing in, and in its isolated form nothing out but to S3 and to named endpoints.

import { Match, Template } from "aws-cdk-lib/assertions";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { App, Stack } from "aws-cdk-lib/core";
import { describe, expect, it } from "vitest";
import { Network, type NetworkProps } from "../../infra/network.ts";
import { INTERFACE_ENDPOINTS } from "../../infra/network-endpoints.ts";

function templateOf(kind: NetworkProps["kind"], zones: number): Template {
  const stack = new Stack(new App(), "Test");
  const buckets = [new Bucket(stack, "Inbox"), new Bucket(stack, "Artifact")];
  new Network(stack, "Network", { kind, zones, log_days: 90, buckets, data_buckets: [] });
  return Template.fromStack(stack);
}

type Rules = readonly Record<string, unknown>[];
const groups = (template: Template): Record<string, { Properties: Record<string, Rules & string> }> =>
  template.findResources("AWS::EC2::SecurityGroup") as never;

const open = templateOf("public", 3);
const closed = templateOf("isolated", 2);

describe.each([
  ["public", open],
  ["isolated", closed],
])("the %s network", (_, template) => {
  it("has no NAT gateway and no address that is paid for while idle", () => {
    template.resourceCountIs("AWS::EC2::NatGateway", 0);
    template.resourceCountIs("AWS::EC2::EIP", 0);
  });

  it("lets nothing in from outside of its own groups", () => {
    for (const { Properties } of Object.values(groups(template)))
      expect(Properties.SecurityGroupIngress).toBeUndefined();
    for (const rule of Object.values(template.findResources("AWS::EC2::SecurityGroupIngress"))) {
      expect(rule.Properties.SourceSecurityGroupId).toBeDefined();
      expect(rule.Properties.CidrIp).toBeUndefined();
    }
  });

  it("lets every group begin with a rule of its own, since none would mean all traffic", () => {
    for (const { Properties } of Object.values(groups(template)))
      expect(Properties.SecurityGroupEgress?.length).toBeGreaterThan(0);
  });

  it("reaches S3 through a gateway that knows this deployment's buckets and the registry's layers only", () => {
    template.hasResourceProperties("AWS::EC2::VPCEndpoint", {
      VpcEndpointType: "Gateway",
      PolicyDocument: {
        Statement: [Match.objectLike({ Sid: "OwnBuckets" }), Match.objectLike({ Sid: "RegistryLayers" })],
      },
    });
    const [gateway] = Object.values(
      template.findResources("AWS::EC2::VPCEndpoint", { Properties: { VpcEndpointType: "Gateway" } }),
    );
    const statements = gateway?.Properties.PolicyDocument.Statement as {
      Action: string | string[];
      Resource: unknown;
    }[];
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes("*"))).toEqual([]);
    expect(statements.map(({ Resource }) => Resource)).not.toContain("*");
  });
});

describe("the public network", () => {
  it("lets tasks out by HTTPS only", () => {
    for (const { Properties } of Object.values(groups(open))) {
      expect(Properties.SecurityGroupEgress).toEqual([
        expect.objectContaining({ IpProtocol: "tcp", FromPort: 443, ToPort: 443 }),
      ]);
    }
  });

  it("has a subnet in each zone, and no endpoint that costs by the hour", () => {
    open.resourceCountIs("AWS::EC2::Subnet", 3);
    expect(open.findResources("AWS::EC2::VPCEndpoint", { Properties: { VpcEndpointType: "Interface" } })).toEqual({});
  });
});

describe("the isolated network", () => {
  it("has no way to the internet", () => {
    closed.resourceCountIs("AWS::EC2::InternetGateway", 0);
    closed.resourceCountIs("AWS::EC2::Route", 0);
    closed.allResourcesProperties("AWS::EC2::Subnet", { MapPublicIpOnLaunch: false });
  });

  it("lets tasks reach the list of S3's addresses and the endpoints, no other address", () => {
    const text = JSON.stringify([
      ...Object.values(groups(closed)),
      ...Object.values(closed.findResources("AWS::EC2::SecurityGroupEgress")),
    ]);
    expect(text).not.toContain("0.0.0.0/0");
    expect(text).not.toContain("::/0");
    const lists = Object.values(groups(closed)).flatMap(({ Properties }) =>
      (Properties.SecurityGroupEgress ?? []).filter((rule) => "DestinationPrefixListId" in rule),
    );
    expect(lists).toHaveLength(2);
  });

  it("has one endpoint for each service that starting a container takes", () => {
    const found = closed.findResources("AWS::EC2::VPCEndpoint", { Properties: { VpcEndpointType: "Interface" } });
    expect(Object.keys(found)).toHaveLength(Object.keys(INTERFACE_ENDPOINTS).length);
  });
});
