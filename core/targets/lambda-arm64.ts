// AWS Lambda on Arm: only a Lambda function of that kind can measure it.
// Up to 6 vCPUs: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
import { LAMBDA_OS, type Target } from "./target.ts";

export const lambdaArm64: Target = {
  key: "lambda-arm64",
  description: "AWS Lambda, arm64",
  architectures: ["arm64"],
  threads_max: 6,
  measurableOn: ({ os, architecture }) =>
    os.startsWith(LAMBDA_OS) && architecture === "arm64"
      ? { measurable: true }
      : {
          measurable: false,
          reason:
            "lambda-arm64 is not measurable here: its latency is measured by a Lambda function of that kind, in the cloud",
        },
};
