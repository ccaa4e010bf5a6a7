// Runs work on several items at once and hands the results out in the items' order, holding no more than a window.

/** Starts at most `window` calls of `work` ahead of the consumer. On an early end it waits for those under way. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  window: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = [];
  try {
    for (const item of items) {
      const started = work(item);
      // A failure is reported when its turn comes, not as an unhandled rejection before.
      started.catch(() => undefined);
      underWay.push(started);
      if (underWay.length >= window) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}
