/** Waiting no longer than there is time. */

/**
 * What a promise becomes, if it does in time; undefined when it is late, whatever becomes of it then.
 * @param end when it is late, by `performance.now()`; may be infinite.
 */
export async function inTime<T>(promise: Promise<T>, end: number): Promise<T | undefined> {
  if (end === Infinity) return promise;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, end - performance.now()));
  });
  promise.catch(() => {}); // When it is late, nobody waits for it any more.
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
