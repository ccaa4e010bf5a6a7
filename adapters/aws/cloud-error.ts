// What an AWS service answered, as an error that says what was asked and how to mend it.
import { DecantError } from "../../core/errors/problem.ts";

const MENDS: Readonly<Record<string, string>> = {
  AccessDeniedException: "your role may not do this: ask whoever deployed the stack",
  CredentialsProviderError: "no AWS credentials were found: sign in, or name a profile with AWS_PROFILE",
  ExpiredTokenException: "the credentials have expired: sign in again",
  UnrecognizedClientException: "the credentials are not known to AWS: sign in again",
};

/** Runs one request; anything that it throws becomes CloudFailed. @param action what was asked, e.g. "start a schedule" */
export async function asCloudErrors<T>(action: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    if (cause instanceof DecantError) throw cause;
    const { name, message } = cause as Error;
    const mend = MENDS[name] ?? "the same command may be run again";
    throw new DecantError("CloudFailed", `Expected AWS to ${action}, but it answered ${name}: ${message} (${mend}).`, {
      cause,
    });
  }
}
