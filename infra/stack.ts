// The service as one stack: where things run, never what they do.
import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { acknowledgeFindings } from "./acknowledgements.ts";
import { Compute } from "./compute.ts";
import { TaskImage } from "./image.ts";
import { Network } from "./network.ts";
import { readSettings } from "./settings.ts";
import { Storage } from "./storage.ts";

export class DecantStack extends Stack {
  readonly storage: Storage;
  readonly compute: Compute;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const settings = readSettings(this.node);
    this.storage = new Storage(this, "Storage", settings);
    const { inbox, artifact } = this.storage;
    const network = new Network(this, "Network", { ...settings, kind: settings.network, buckets: [inbox, artifact] });
    const { image, pull } = new TaskImage(this, "Image", {
      uri: settings.image,
      variant: settings.compute === "fargate" ? "cpu" : "gpu",
      log_days: settings.log_days,
    });
    this.compute = new Compute(this, "Compute", {
      ...settings,
      kind: settings.compute,
      network,
      image,
      pull,
      inbox,
      artifact,
    });
    acknowledgeFindings(this, this.storage);
  }
}
