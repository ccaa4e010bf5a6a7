// Schedules of jobs in the deployment's own EventBridge Scheduler group: one a job, each starts the starter.
import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import type { Deployment } from "../../core/workflow/deployment.ts";
import { asCloudErrors } from "./cloud-error.ts";

export interface JobSchedule {
  readonly name: string;
  /** rate(...) or cron(...), as EventBridge Scheduler writes it. */
  readonly expression: string;
  /** What the starter is given at each time. */
  readonly input: string;
}

export interface Schedules {
  /** Creates the schedule, or changes the one of that name. */
  put(schedule: JobSchedule): Promise<"created" | "changed">;
  /** False where there is none of that name. */
  remove(name: string): Promise<boolean>;
  list(): Promise<JobSchedule[]>;
}

type Place = Pick<Deployment, "Region" | "ScheduleGroup" | "ScheduleRoleArn" | "StarterArn">;

export function createSchedules(place: Place): Schedules {
  const client = new SchedulerClient({ region: place.Region });
  return {
    put: (schedule) => asCloudErrors(`schedule ${schedule.name}`, () => put(client, place, schedule)),
    remove: (name) => asCloudErrors(`remove the schedule ${name}`, () => remove(client, place.ScheduleGroup, name)),
    list: () => asCloudErrors("list schedules", () => list(client, place.ScheduleGroup)),
  };
}

async function put(client: SchedulerClient, place: Place, schedule: JobSchedule): Promise<"created" | "changed"> {
  const request = {
    Name: schedule.name,
    GroupName: place.ScheduleGroup,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: "UTC",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Arn: place.StarterArn, RoleArn: place.ScheduleRoleArn, Input: schedule.input },
  } as const;
  try {
    await client.send(new CreateScheduleCommand(request));
    return "created";
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
    await client.send(new UpdateScheduleCommand(request));
    return "changed";
  }
}

async function remove(client: SchedulerClient, group: string, name: string): Promise<boolean> {
  try {
    await client.send(new DeleteScheduleCommand({ Name: name, GroupName: group }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

async function list(client: SchedulerClient, group: string): Promise<JobSchedule[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(new ListSchedulesCommand({ GroupName: group, NextToken: token }));
    names.push(...(page.Schedules ?? []).flatMap(({ Name }) => Name ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  const found: JobSchedule[] = [];
  for (const name of names.sort()) {
    const { ScheduleExpression, Target } = await client.send(new GetScheduleCommand({ Name: name, GroupName: group }));
    found.push({ name, expression: ScheduleExpression ?? "", input: Target?.Input ?? "" });
  }
  return found;
}
