// What people write for "how often" -> an expression of EventBridge Scheduler.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
import { DecantError } from "../../core/errors/problem.ts";

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  min: ["minute", "minutes"],
  h: ["hour", "hours"],
  d: ["day", "days"],
};
const CRON_FIELDS = 6;

/** "7d", "12 h" or "30min" becomes rate(...). Throws InvalidInput. */
export function rateExpression(every: string): string {
  const match = /^(\d{1,5})\s*(min|h|d)$/.exec(every.trim());
  const count = Number(match?.[1]);
  const unit = UNITS[match?.[2] ?? ""];
  if (unit === undefined || count < 1)
    throw new DecantError("InvalidInput", `Expected --every to be like 7d, 12h or 30min, got ${every}.`);
  return `rate(${count} ${count === 1 ? unit[0] : unit[1]})`;
}

/** Six fields (minute hour day month weekday year, one of day and weekday is "?") become cron(...). Throws InvalidInput. */
export function cronExpression(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  const [, , day, , weekday] = fields;
  const written = fields.every((field) => /^[0-9A-Za-z*?,/#L-]+$/.test(field));
  if (fields.length !== CRON_FIELDS || !written || (day === "?") === (weekday === "?")) {
    const message = `Expected --cron with six fields, minute hour day month weekday year, "?" for day or weekday, such as "0 3 ? * MON *" (03:00 UTC on Mondays); got ${JSON.stringify(cron)}.`;
    throw new DecantError("InvalidInput", message);
  }
  return `cron(${fields.join(" ")})`;
}
