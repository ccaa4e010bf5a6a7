// Work on many items, a bounded number at a time; the first failure ends it when what is under way has settled.

/** Runs `work` on every item, at most `lanes` at once. */
export async function inLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items[Symbol.iterator]();
  let failed = false;
  const lane = async () => {
    for (let next = waiting.next(); !next.done && !failed; next = waiting.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: lanes }, lane));
  const rejected = results.find((result) => result.status === "rejected");
  if (rejected) throw rejected.reason;
}

/** Whether every item passes; none is asked about once one has not. */
export async function everyInLanes<Item>(
  items: Iterable<Item>,
  lanes: number,
  passes: (item: Item) => Promise<boolean>,
): Promise<boolean> {
  let every = true;
  await inLanes(items, lanes, async (item) => {
    // Not `every &&= await`: lanes that answer later would overwrite a no.
    if (every && !(await passes(item))) every = false;
  });
  return every;
}
