// The S3 client of this program: checksums on, a stalled connection given up, an endpoint of one's own where one is named.
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** Without a byte for this long, a request is repeated on a new connection. */
const STALLED_MS_MAX = 10_000;
const CONNECT_MS_MAX = 5_000;
/** With an endpoint of one's own the region means nothing, but a signature needs one. */
const ANY_REGION = "us-east-1";

export interface S3ClientOptions {
  /** Left out: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, or AWS itself. */
  readonly endpoint?: string;
  /** Left out: AWS_REGION, AWS_DEFAULT_REGION, or the profile's. */
  readonly region?: string;
  /** Left out: those of the environment, the profile or the role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly stalled_ms_max?: number;
}

/** A client that makes no request before it is used. Requests that must survive faults go through request.ts as well. */
export function createS3Client(
  options: S3ClientOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): S3Client {
  const endpoint = options.endpoint ?? (environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || undefined);
  const known = options.region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined);
  const region = known ?? (endpoint === undefined ? undefined : ANY_REGION);
  const settings: S3ClientConfig = {
    maxAttempts: 3,
    requestChecksumCalculation: "WHEN_SUPPORTED",
    responseChecksumValidation: "WHEN_SUPPORTED",
    requestHandler: { connectionTimeout: CONNECT_MS_MAX, socketTimeout: options.stalled_ms_max ?? STALLED_MS_MAX },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(region !== undefined && { region }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
  };
  return new S3Client(settings);
}
