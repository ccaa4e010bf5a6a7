// What a deployment may choose, and what it is told when it chooses something else.
import { App } from "aws-cdk-lib/core";
import { describe, expect, it } from "vitest";
import { readSettings } from "../../infra/settings.ts";

const read = (context: Record<string, unknown>) => readSettings(new App({ context }).node);

describe("settings", () => {
  it("have defaults for everything", () => {
    expect(read({})).toEqual({
      step_days: 30,
      log_days: 90,
      destroy_artifacts: false,
      data_buckets: [],
      network: "public",
      zones: 3,
      compute: "gpu",
      vcpus_max: 32,
      nodes_max: 1,
      image: undefined,
      alarm_email: undefined,
    });
  });

  it("are read as the command line gives them, as text", () => {
    expect(read({ stepDays: "7", destroyArtifacts: "true", compute: "fargate", dataBuckets: "one,two" })).toMatchObject(
      {
        step_days: 7,
        destroy_artifacts: true,
        compute: "fargate",
        data_buckets: ["one", "two"],
      },
    );
  });

  it("allow several machines only where they can be had", () => {
    expect(read({ nodes: "4" }).nodes_max).toBe(4);
    expect(() => read({ nodes: "5" })).toThrow("context vcpus to be at least 40");
    expect(() => read({ nodes: "2", compute: "fargate" })).toThrow("context nodes to be 1");
  });

  it("are refused with every problem at once", () => {
    const wrong = { stepDays: "0", destroyArtifacts: "maybe", network: "private", dataBuckets: "Not A Bucket" };
    for (const name of Object.keys(wrong)) expect(() => read(wrong)).toThrow(`context ${name}`);
  });
});
