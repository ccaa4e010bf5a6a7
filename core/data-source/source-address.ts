// Where a job's data lies: in a bucket, where the job or its data.source says so, else on this machine.

const S3 = /^s3:\/\//i;

/**
 * The s3:// address of a data source, or undefined where it is a path of this machine.
 * @param jobFolder what relative sources start from: a path of this machine, or s3://bucket/prefix/
 */
export function sourceAddress(jobFolder: string, source: string): string | undefined {
  if (S3.test(source)) return source;
  if (!S3.test(jobFolder)) return undefined;
  const [bucket = "", ...folder] = jobFolder.replace(S3, "").split("/");
  const names = folder.filter((name) => name !== "");
  const written = source.split("/");
  const isFolder = ["", ".", ".."].includes(written.at(-1) ?? "");
  for (const [index, name] of written.entries()) {
    if (name === "." || (name === "" && index > 0)) continue;
    // What climbs out of the bucket, or begins at a root, stays as it is: whoever reads the address refuses it.
    if (name === ".." && names.length > 0 && names.at(-1) !== "..") names.pop();
    else names.push(name);
  }
  return `s3://${[bucket, ...names].join("/")}${isFolder ? "/" : ""}`;
}
