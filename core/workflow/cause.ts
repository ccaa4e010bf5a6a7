// What a caught error says, wherever it was thrown: AWS Lambda hands on {"errorType","errorMessage",...} as JSON text, an
// in-process handler the message itself.

export function messageOfCause(cause: string): string {
  try {
    const value: unknown = JSON.parse(cause);
    const message = typeof value === "object" && value !== null && "errorMessage" in value && value.errorMessage;
    return typeof message === "string" ? message : cause;
  } catch {
    return cause;
  }
}
