// AWS Lambda on x86: only a Lambda function of that kind can measure it.
// Up to 6 vCPUs: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
import { LAMBDA_OS, type Target } from "./target.ts";

export const lambdaX8664: Target = {
  key: "lambda-x86-64",
  description: "AWS Lambda, x86-64",
  architectures: ["x64"],
  threads_max: 6,
  measurableOn: ({ os, architecture }) =>
    os.startsWith(LAMBDA_OS) && architecture === "x64"
      ? { measurable: true }
      : {
          measurable: false,
          reason:
            "lambda-x86-64 is not measurable here: its latency is measured by a Lambda function of that kind, in the cloud",
        },
};
