// The service as one stack: where things run, never what they do.
import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { readSettings } from "./settings.ts";
import { Storage } from "./storage.ts";

export class DecantStack extends Stack {
  readonly storage: Storage;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const settings = readSettings(this.node);
    this.storage = new Storage(this, "Storage", settings);
  }
}
