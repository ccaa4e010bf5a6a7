// Where a job's champion and the history of its decisions lie in the store.

/** A job's name may hold anything, a store path may not: bytes but letters, digits, dot, dash become "=" and hex. */
function aliasFolder(jobName: string, sha256: (text: string) => string): string {
  const bytes = [...new TextEncoder().encode(jobName)];
  const segment = bytes.map((byte, index) => {
    const character = String.fromCharCode(byte);
    const hex = `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    // A segment begins with a letter, a digit or an underscore; the underscore is the mark of an encoded beginning.
    if (index === 0) return /[A-Za-z0-9]/.test(character) ? character : `_${hex}`;
    return /[A-Za-z0-9._-]/.test(character) ? character : hex;
  });
  const whole = segment.join("");
  // Stores take segments of at most 200 characters; "+" never comes from a name, so a hashed name is nobody else's.
  const name = whole.length <= 200 ? whole : `${whole.slice(0, 100)}+${sha256(jobName)}`;
  return `aliases/${name}`;
}

export function aliasPath(jobName: string, sha256: (text: string) => string): string {
  return `${aliasFolder(jobName, sha256)}/champion.json`;
}

/** Of every decision about the job's champion, in order. */
export function historyPrefix(jobName: string, sha256: (text: string) => string): string {
  return `${aliasFolder(jobName, sha256)}/history/`;
}

/** Zero-padded, so that code-point order is the order of writing. */
export function historyPath(prefix: string, sequence: number): string {
  return `${prefix}${String(sequence).padStart(6, "0")}.json`;
}
