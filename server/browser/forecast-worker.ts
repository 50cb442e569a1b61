import './without-eval.ts';
import { selectCpu } from '../../models/kernel/backend.ts';
import type { LocalForecastReply, LocalForecastRequest } from '../contract.ts';
import { AppError } from '../errors.ts';
import { fileStart } from './file-start.ts';
import { localForecast } from './local-forecast.ts';

/**
 * Entry of the worker of the import page: forecasts the files it is handed, one after the other, and answers each request but
 * those that a later one made void. The build puts it beside the dashboard; nothing in it runs on the server.
 */
let newest = 0;
let turn: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<LocalForecastRequest>) => {
  newest = data.id;
  turn = turn.then(async () => {
    if (data.id !== newest) return;
    const reply = await answer(data);
    if (data.id === newest) postMessage(reply);
  });
});

async function answer({ id, file, answers, horizon }: LocalForecastRequest): Promise<LocalForecastReply> {
  try {
    await selectCpu();
    const { bytes, truncated } = await fileStart(file);
    return { id, drawn: await localForecast(bytes, shipped, { answers, truncated, horizon }) };
  } catch (error) {
    if (!(error instanceof AppError || error instanceof RangeError)) console.warn(error);
    return { id, none: error instanceof Error ? error.message : String(error) };
  }
}

/** The networks lie beside the bundle, and the browser keeps them: their names carry a hash of their content. */
async function shipped(name: string): Promise<Uint8Array> {
  const url = new URL(`../../models/pretrained/${name}.network`, import.meta.url);
  // A network that the build has not found has no address.
  if (!url.pathname.endsWith('.network')) throw new Error(`this build has no network "${name}"`);
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`the network "${name}" could not be fetched (status ${reply.status})`);
  return new Uint8Array(await reply.arrayBuffer());
}
