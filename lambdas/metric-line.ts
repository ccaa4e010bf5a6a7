// A metric as a line of a function's log, which CloudWatch takes for itself without a permission or a call:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

import { METRIC_NAMESPACE } from "../core/workflow/metric-names.ts";

export type MetricUnit = "Bytes" | "Count" | "Milliseconds" | "None" | "Percent" | "Seconds";

/** @param dimensions what to tell apart, e.g. {"Job": "flowers"}: each value is a metric of its own, which costs money
 *  @param about goes beside the number in the log, where queries find it */
export function metricLine(
  name: string,
  value: number,
  unit: MetricUnit,
  now_ms: number,
  dimensions: Readonly<Record<string, string>> = {},
  about: Readonly<Record<string, unknown>> = {},
): string {
  const metrics = [{ Name: name, Unit: unit }];
  const definition = { Namespace: METRIC_NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: metrics };
  return JSON.stringify({
    _aws: { Timestamp: now_ms, CloudWatchMetrics: [definition] },
    ...about,
    ...dimensions,
    [name]: value,
  });
}
