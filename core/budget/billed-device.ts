// What a second of a step costs, by the device that it ran on. A device is written down as one word:
// this-machine, lambda-<arm64|x64>-<MB>-<disk MB>, fargate-<vCPUs>-<MB>-<disk GB>, or an EC2 instance type (g5.xlarge).
// Several machines that worked as one are <count>x<device>: 2xg5.2xlarge.
import type { PriceBasis, Prices } from "./prices.ts";

export const OWN_MACHINE = "this-machine";

/** Of the machines that GPU tasks start: infra/compute/launch-template.ts. */
const MACHINE_DISK_GB = 100;
const HOURS_A_MONTH = 730;
const LAMBDA_DISK_FREE_MB = 512;
const FARGATE_DISK_FREE_GB = 20;

export interface DevicePrice {
  /** At the list price. */
  readonly usd_per_second: number;
  /** The part of it that spot lowers. */
  readonly spot_usd_per_second: number;
}

/** As many of a device at once. */
export function severalOf(count: number, device: string): string {
  return count > 1 ? `${count}x${device}` : device;
}

/** In words, for people. */
export function describeDevice(device: string): string {
  const [kind, ...facts] = device.split("-");
  if (device === OWN_MACHINE) return "this machine";
  if (kind === "lambda" && facts.length === 3) return `Lambda ${facts[0]}, ${facts[1]} MB`;
  if (kind === "fargate" && facts.length === 3) return `Fargate, ${facts[0]} vCPUs, ${facts[1]} MB`;
  return device;
}

const FREE: DevicePrice = { usd_per_second: 0, spot_usd_per_second: 0 };

/** undefined: a device that the table knows no price of. */
export function priceOf(devices: string, { prices, factor: of_region }: PriceBasis): DevicePrice | undefined {
  const [, count = "1", device = devices] = /^(\d+)x(.+)$/.exec(devices) ?? [];
  const factor = Number(count) * of_region;
  const price =
    device === OWN_MACHINE ? FREE : (lambda(device, prices) ?? fargate(device, prices) ?? ec2(device, prices));
  return (
    price && {
      usd_per_second: price.usd_per_second * factor,
      spot_usd_per_second: price.spot_usd_per_second * factor,
    }
  );
}

function lambda(device: string, { lambda: prices }: Prices): DevicePrice | undefined {
  const [, kind, memory, disk] = /^lambda-(arm64|x64)-(\d+)-(\d+)$/.exec(device) ?? [];
  if (kind === undefined) return undefined;
  const storage_gb = Math.max(0, Number(disk) - LAMBDA_DISK_FREE_MB) / 1024;
  const memory_gb = Number(memory) / 1024;
  return {
    usd_per_second: memory_gb * prices.gb_second[kind as "arm64" | "x64"] + storage_gb * prices.storage_gb_second,
    spot_usd_per_second: 0,
  };
}

function fargate(device: string, { fargate: prices, public_address_hour }: Prices): DevicePrice | undefined {
  const [, vcpus, memory, disk] = /^fargate-(\d+)-(\d+)-(\d+)$/.exec(device) ?? [];
  if (vcpus === undefined) return undefined;
  const machine_hour = Number(vcpus) * prices.vcpu_hour + (Number(memory) / 1024) * prices.gb_hour;
  const storage_hour = Math.max(0, Number(disk) - FARGATE_DISK_FREE_GB) * prices.storage_gb_hour;
  return byHour(machine_hour, storage_hour + public_address_hour);
}

function ec2(device: string, { ec2_hour, disk_gb_month, public_address_hour }: Prices): DevicePrice | undefined {
  const machine_hour = ec2_hour[device];
  if (machine_hour === undefined) return undefined;
  return byHour(machine_hour, (MACHINE_DISK_GB * disk_gb_month) / HOURS_A_MONTH + public_address_hour);
}

function byHour(machine_hour: number, beside_hour: number): DevicePrice {
  return { usd_per_second: (machine_hour + beside_hour) / 3600, spot_usd_per_second: machine_hour / 3600 };
}
