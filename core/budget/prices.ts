// List prices of AWS, in USD, as they were on the date below. Prices change: check the pages before relying on a figure.
// Taxes, free tiers, savings plans and data leaving the region are not in it.

export interface Prices {
  readonly as_of: string;
  /** Regions that these prices hold in. */
  readonly regions: readonly string[];
  readonly sources: readonly string[];
  readonly lambda: {
    readonly gb_second: { readonly arm64: number; readonly x64: number };
    readonly request: number;
    /** Of the function's disk beyond the first 512 MB. */
    readonly storage_gb_second: number;
  };
  readonly fargate: {
    readonly vcpu_hour: number;
    readonly gb_hour: number;
    /** Of the disk beyond the first 20 GB. */
    readonly storage_gb_hour: number;
  };
  /** Linux, on demand, by instance type. */
  readonly ec2_hour: Readonly<Record<string, number>>;
  readonly disk_gb_month: number;
  readonly public_address_hour: number;
  readonly state_transition: number;
  readonly s3: { readonly gb_month: number; readonly put: number; readonly get: number };
  readonly ecr_gb_month: number;
  readonly endpoint_zone_hour: number;
  readonly codebuild_minute: number;
}

/**
 * g5.xlarge was seen on 2026-06-17, Lambda's prices on 2026-05-11, Step Functions' on their page; the rest is from the
 * same pages, not looked at again for this table.
 */
export const PRICES: Prices = {
  as_of: "2026-06-17",
  regions: ["us-east-1", "us-east-2", "us-west-2"],
  sources: [
    "https://aws.amazon.com/ec2/pricing/on-demand/",
    "https://aws.amazon.com/lambda/pricing/",
    "https://aws.amazon.com/fargate/pricing/",
    "https://aws.amazon.com/step-functions/pricing/",
    "https://aws.amazon.com/s3/pricing/",
    "https://aws.amazon.com/ebs/pricing/",
    "https://aws.amazon.com/vpc/pricing/",
    "https://aws.amazon.com/privatelink/pricing/",
    "https://aws.amazon.com/ecr/pricing/",
    "https://aws.amazon.com/codebuild/pricing/",
  ],
  lambda: {
    gb_second: { arm64: 0.0000133334, x64: 0.0000166667 },
    request: 0.2 / 1e6,
    storage_gb_second: 0.0000000309,
  },
  fargate: { vcpu_hour: 0.04048, gb_hour: 0.004445, storage_gb_hour: 0.000111 },
  ec2_hour: {
    "g4dn.xlarge": 0.526,
    "g4dn.2xlarge": 0.752,
    "g5.xlarge": 1.006,
    "g5.2xlarge": 1.212,
    "g6.xlarge": 0.8048,
    "g6.2xlarge": 0.9776,
  },
  disk_gb_month: 0.08,
  public_address_hour: 0.005,
  state_transition: 0.025 / 1000,
  s3: { gb_month: 0.023, put: 0.005 / 1000, get: 0.0004 / 1000 },
  ecr_gb_month: 0.1,
  endpoint_zone_hour: 0.01,
  codebuild_minute: 0.01,
};

/** What spot machines cost less than on demand, 0..1, where nobody says it: a cautious figure, not a measured one. */
export const SPOT_DISCOUNT = 0.5;

/** No list price is dearer by more: a budget counted at this factor is not overrun in a region without a price here. */
const UNLISTED_REGION_FACTOR = 2;

export interface PriceBasis {
  readonly prices: Prices;
  readonly region: string;
  /** What the table is multiplied by. */
  readonly factor: number;
}

export function pricesIn(region: string): PriceBasis {
  return { prices: PRICES, region, factor: PRICES.regions.includes(region) ? 1 : UNLISTED_REGION_FACTOR };
}

/** In words, for whoever reads a sum. */
export function describeBasis({ prices, region, factor }: PriceBasis): string {
  const listed =
    factor === 1 ? "" : `; ${region} is not in the table and is counted at ${factor} times ${prices.regions[0]}`;
  return `list prices as of ${prices.as_of}, ${region}${listed}; check before relying on them`;
}
