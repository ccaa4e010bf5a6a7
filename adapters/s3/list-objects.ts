// Every object under a prefix, page by page, in the server's order.
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { request } from "./request.ts";

export interface ListedObject {
  readonly key: string;
  readonly size_bytes: number;
  readonly etag: string;
  /** Epoch ms. */
  readonly modified_ms: number;
}

/** Keys are asked for in URL form, since XML can't hold all characters that a key can. */
export async function* listObjects(client: S3Client, bucket: string, prefix: string): AsyncIterable<ListedObject> {
  let ContinuationToken: string | undefined;
  do {
    const page = await request({ bucket, action: `list ${prefix}` }, () =>
      client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken, EncodingType: "url" })),
    );
    for (const { Key = "", Size = 0, ETag = "", LastModified } of page.Contents ?? []) {
      const key = page.EncodingType === "url" ? decode(Key) : Key;
      yield { key, size_bytes: Size, etag: ETag, modified_ms: LastModified?.getTime() ?? 0 };
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

function decode(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}
