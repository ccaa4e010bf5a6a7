// CloudWatch keeps logs for certain numbers of days only: the shortest of them that is long enough.
import { RetentionDays } from "aws-cdk-lib/aws-logs";

const OFFERED_DAYS = Object.values(RetentionDays)
  .filter((days) => typeof days === "number")
  .sort((a, b) => a - b);

export function retention(days: number): RetentionDays {
  return OFFERED_DAYS.find((offered) => offered >= days) ?? RetentionDays.INFINITE;
}
