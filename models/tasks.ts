/**
 * Does the tasks in their order, at most `atOnce` at a time. After a failure none is begun, those at work are waited for, and
 * the failure is thrown.
 */
export async function runTasks(tasks: readonly (() => Promise<void>)[], atOnce: number): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < tasks.length) {
      try {
        await tasks[next++]();
      } catch (cause) {
        next = tasks.length;
        throw cause;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, tasks.length) }, work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
