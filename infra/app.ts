// The CDK app: `npx cdk synth` runs this file. No account, no region, no lookups: the same bytes everywhere.
import { App, Validations } from "aws-cdk-lib/core";
import { AwsSolutionsChecks } from "cdk-nag";
import { packFunctions } from "./functions/pack.ts";
import { DecantStack } from "./stack.ts";

// The CLI asks for its timings to be written beside the template: they would differ each time.
delete process.env.CDK_PERF_COUNTERS_FILE;

const app = new App();
const packed = await packFunctions();
new DecantStack(app, "Decant", {
  packed,
  description: "Decant: a job file in a bucket becomes a small ONNX model and a report.",
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
packed.remove();
