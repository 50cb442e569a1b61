import type { Request, Response } from 'express';
import type { Job } from '../contract.ts';

/** Where a job stands, and who tells when that changes. */
export interface JobSource {
  /** The job now; undefined once it is gone. */
  read(): Job | undefined;
  /** Calls `changed` after each change until the function returned is called. */
  subscribe(changed: () => void): () => void;
}

/** Proxies and phones drop a connection that is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/**
 * Tells a job's way as server-sent events: `state` at once and at each change of state, `progress` between, `end` as the
 * last one. Each carries the whole job, so a listener that reconnects has missed nothing. Everything is released at the end
 * or when the listener goes away.
 */
export function sendEvents(request: Request, response: Response, source: JobSource): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // Asks a proxy to pass events on as they come.
    'x-accel-buffering': 'no',
  });
  let state: Job['state'] | undefined;
  let unsubscribe = () => {};
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);

  const release = () => {
    clearInterval(heartbeat);
    unsubscribe();
  };
  const send = (event: string, job: Job) => response.write(`event: ${event}\ndata: ${JSON.stringify(job)}\n\n`);
  const tell = () => {
    if (response.writableEnded) return;
    const job = source.read();
    if (job && job.state !== state) send('state', job);
    else if (job && job.state === 'running') send('progress', job);
    state = job?.state;
    if (!job || job.finishedAt !== null) {
      if (job) send('end', job);
      release();
      response.end();
    }
  };

  request.on('close', release);
  response.on('close', release);
  tell();
  if (!response.writableEnded) unsubscribe = source.subscribe(tell);
}
