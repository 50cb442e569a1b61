import type { JobError, JobRow, JobState } from '../db/jobs.ts';

/** How a job ended. */
export interface JobEnd {
  readonly state: Extract<JobState, 'failed' | 'cancelled'>;
  readonly error: JobError | null;
  readonly finishedAt: number;
}

export interface UnstoredEnds {
  /** Keeps an end that the store did not take, and how to store it. */
  keep(jobId: number, end: JobEnd, store: () => void): void;
  /** Stores what the store takes now; false where something is left. Throws nothing. */
  settle(): boolean;
  /** The job as it is: ended, although the store says otherwise. */
  asEnded(row: JobRow): JobRow;
}

/**
 * Ends of jobs that the store did not take: a full disk must neither keep a person from stopping a job nor show one as running
 * that is not. They are known here, and stored when there is room. A server that ends before forgets them: its next start tries
 * the jobs again.
 */
export function unstoredEnds(): UnstoredEnds {
  const ends = new Map<number, { end: JobEnd; store: () => void }>();
  return {
    keep(jobId, end, store) {
      ends.set(jobId, { end, store });
    },
    settle() {
      for (const [jobId, { store }] of ends) {
        try {
          store();
          ends.delete(jobId);
        } catch {
          return false;
        }
      }
      return true;
    },
    asEnded: (row) => (row.finishedAt === null ? { ...row, ...ends.get(row.id)?.end } : row),
  };
}
