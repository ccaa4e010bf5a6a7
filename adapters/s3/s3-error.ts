// What an S3 request failed of: whether it passes by itself, and if not, one error that says how to mend it.
import { DecantError } from "../../core/errors/problem.ts";

export interface S3Action {
  readonly bucket: string;
  /** In words, after "to": "read steps/plan/k/done.json". */
  readonly action: string;
}

interface Facts {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
  /** Requests that the SDK made for this one. */
  readonly attempts: number;
}

/** The parts of an error of the SDK, of Node's sockets or of anything else. */
export function factsOf(error: unknown): Facts {
  const { name, message, code, Code, $metadata } = (error ?? {}) as {
    name?: string;
    message?: string;
    code?: string;
    Code?: string;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  const generic = name === undefined || name === "Error" || name === "Unknown";
  return {
    name: (generic ? (code ?? Code) : name) ?? "Error",
    message: message ?? String(error),
    status: $metadata?.httpStatusCode,
    attempts: $metadata?.attempts ?? 1,
  };
}

/** No such object; a bucket that is missing answers a HEAD in the same way. */
export function isAbsent(error: unknown): boolean {
  const { name, status } = factsOf(error);
  return status === 404 && name !== "NoSuchBucket" && name !== "NoSuchUpload";
}

/** A condition (If-Match, If-None-Match) that did not hold. */
export function isConditionFailed(error: unknown): boolean {
  return factsOf(error).status === 412;
}

const PASSING = new Set([
  "BadDigest", // the bytes were damaged on their way
  "ChecksumMismatch",
  "ConditionalRequestConflict",
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ETIMEDOUT",
  "IncompleteBody",
  "InternalError",
  "OperationAborted",
  "RequestTimeout",
  "ServiceUnavailable",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TimeoutError",
  "TooManyRequestsException",
  "XAmzContentSHA256Mismatch",
]);

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (isForeign(error)) return false;
  const { name, message, status } = factsOf(error);
  if (PASSING.has(name) || /checksum mismatch|aborted|socket hang up/i.test(message)) return name !== "AbortError";
  return status === 409 || status === 429 || (status !== undefined && status >= 500);
}

const CREDENTIALS = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "TokenProviderError",
  "TokenRefreshRequired",
]);
const OTHER_REGION = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "PermanentRedirect",
]);

/** What is no answer of S3 and no failure of the way to it: the local disk's errors and this program's own. */
function isForeign(error: unknown): boolean {
  if (error instanceof DecantError || error instanceof TypeError || error instanceof RangeError) return true;
  const { code = "", path } = error as NodeJS.ErrnoException;
  return path !== undefined || ["EDQUOT", "EFBIG", "EIO", "ENOSPC"].includes(code);
}

/** StoreFailed that names bucket, action and what to do; the same error where it isn't one of S3. */
export function s3Error(error: unknown, { bucket, action }: S3Action): unknown {
  if (isForeign(error)) return error;
  const facts = factsOf(error);
  const said = `${facts.name}${facts.message && facts.message !== facts.name ? `: ${facts.message}` : ""}`.trim();
  const message = `Expected to ${action} in the bucket ${bucket}, but ${reasonOf(facts)} (${said.slice(0, 300)}).`;
  return new DecantError("StoreFailed", message, { cause: error });
}

function reasonOf({ name, message, status }: Facts): string {
  if (name === "NoSuchBucket" || name === "InvalidBucketName")
    return "there is no such bucket: create it, or mend the address";
  if (CREDENTIALS.has(name)) return "the credentials are missing, wrong or expired: sign in again, or set AWS_PROFILE";
  if (OTHER_REGION.has(name) || status === 301 || message === "Region is missing")
    return "its region is another one: set AWS_REGION to the bucket's";
  if (name === "RequestTimeTooSkewed") return "this machine's clock is wrong: set it";
  if (status === 403)
    return "that is not allowed: give this user or role s3:GetObject, s3:PutObject and s3:ListBucket there";
  if (name === "ENOTFOUND")
    return "its address can't be found: check the network, and AWS_ENDPOINT_URL_S3 if it is set";
  return "it kept failing: check the network, then run the same command again";
}
