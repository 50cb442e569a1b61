import { beforeAll, describe, expect, it } from 'vitest';
import type { Fitted, Forecast } from '../../../models/forecaster.ts';
import { recurrentForecaster } from '../../../models/rnn/forecaster.ts';
import { planFor } from '../../../models/rnn/plan.ts';
import { chooseTraining } from '../../../models/rnn/training-choice.ts';
import { QUANTILES, type Series } from '../../../models/series.ts';
import type { NetworkSettings, Training } from '../../../models/settings.ts';
import type { TrainingPlan } from '../../../models/training-plan.ts';
import { shipped } from '../../../server/shipped.ts';

type Off = Record<'none' | 'fine-tune' | 'full', number>;

const HORIZON = 3;
const monthly = (count: number, length = 40): Series[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    frequency: { unit: 'month', count: 1 },
    zone: 'UTC',
    season: 12,
    start: Date.UTC(2010, 0, 1),
    values: Float64Array.from({ length }, (_, t) => 100 + i + 10 * Math.sin((2 * Math.PI * t) / 12) + (t % 5)),
  }));

/** Chooses among forecasters that are off by as much as told, and remembers what each was given. */
async function choose(series: readonly Series[], settings: Partial<NetworkSettings>, off: Off, horizon = HORIZON) {
  const trials: { training: Training; lengths: number[] }[] = [];
  const plan = (own: readonly Series[], given: Partial<NetworkSettings>) =>
    planFor(own, given, { horizon, seed: 1 }, true);
  const fitWith = async (own: readonly Series[], { training = 'full' }: TrainingPlan): Promise<Fitted> => {
    trials.push({ training, lengths: own.map(({ values }) => values.length) });
    const forecast = async (these: readonly Series[]) =>
      these.map(({ id, values }): Forecast => {
        const whole = series.find((one) => one.id === id)!.values;
        const right = whole.subarray(values.length, values.length + horizon);
        const quantiles = QUANTILES.map(() => right.map((v) => v + off[training as keyof Off]));
        return { series: id, origin: 0, times: new Float64Array(horizon), quantiles };
      });
    return { forecast, save: () => new Uint8Array(), dispose: () => {} };
  };
  const choice = await chooseTraining(series, settings, { horizon }, plan, fitWith);
  return { choice, trials };
}

describe('chooseTraining', () => {
  it('tries the three ways on what came before the newest horizon, and says which lost least and by how much', async () => {
    const { choice, trials } = await choose(monthly(4), {}, { none: 1, 'fine-tune': 4, full: 2 });
    expect(trials).toEqual([
      { training: 'none', lengths: [37, 37, 37, 37] },
      { training: 'fine-tune', lengths: [37, 37, 37, 37] },
      { training: 'full', lengths: [37, 37, 37, 37] },
    ]);
    expect(choice.training).toBe('none');
    const { none, 'fine-tune': tuned, full } = choice.losses!;
    expect(tuned! / none!).toBeCloseTo(4, 8);
    expect(full! / none!).toBeCloseTo(2, 8);
    expect(choice.sentence).toBe(
      'Chosen: the pre-trained network as it is. Loss on the newest steps of 4 series, held back: ' +
        `${none!.toPrecision(3)} by the pre-trained network as it is, ` +
        `${tuned!.toPrecision(3)} by a few gentle steps of training from the pre-trained network, ${full!.toPrecision(3)} by training in full.`,
    );
  });

  it.each<[string, number, Off, Training]>([
    ['trains in full where that is best', 4, { none: 2, 'fine-tune': 2, full: 1 }, 'full'],
    ['fine-tunes where that wins clearly', 4, { none: 9, 'fine-tune': 5, full: 9 }, 'fine-tune'],
    ['takes the better of two that win', 4, { none: 6, 'fine-tune': 5, full: 9 }, 'fine-tune'],
    // One horizon of four series: a gain below an eighth is chance, of sixteen one below a sixteenth.
    ['trains in full where four series win by a tenth', 4, { none: 9, 'fine-tune': 10, full: 10 }, 'full'],
    ['believes a tenth of sixteen series', 16, { none: 9, 'fine-tune': 10, full: 10 }, 'none'],
    ['wants a quarter of one series', 1, { none: 8, 'fine-tune': 8, full: 10 }, 'full'],
    ['and takes it', 1, { none: 7, 'fine-tune': 8, full: 10 }, 'none'],
  ])('%s', async (_, count, off, expected) => {
    expect((await choose(monthly(count), {}, off)).choice.training).toBe(expected);
  });

  it('favours fine-tuning where the shipped network does not look as far as asked', async () => {
    const off = { none: 9, 'fine-tune': 10, full: 9 };
    const long = monthly(4, 100);
    expect((await choose(long, {}, off, 24)).choice.training).toBe('full');
    expect((await choose(long, {}, off, 25)).choice.training).toBe('fine-tune');
  });

  it('trains many series in full, and from nothing where the pre-trained network does not beat seasonal naive', async () => {
    const far = { none: 50, 'fine-tune': 0, full: 0 };
    for (const [off, expected] of [
      [{ ...far, none: 0 }, 'full'],
      [far, 'from-nothing'],
    ] as const) {
      const { choice, trials } = await choose(monthly(120), {}, off);
      expect(choice.training).toBe(expected);
      expect(choice.sentence).toMatch(/^There are data enough for training in full/);
      expect(choice.sentence.includes('does not beat seasonal naive')).toBe(expected === 'from-nothing');
      // A hundred of them tell, cut before what is held back.
      expect(trials).toEqual([{ training: 'none', lengths: new Array(100).fill(37) }]);
    }
  });

  it('tries nothing where a person chose, settings ask for another network, or there is too little', async () => {
    const off = { none: 1, 'fine-tune': 2, full: 3 };
    const cases: [Series[], Partial<NetworkSettings>, Training, string][] = [
      [monthly(2), { training: 'none' }, 'none', 'As chosen: the pre-trained network as it is.'],
      [monthly(2), { training: 'full' }, 'full', 'As chosen: training in full.'],
      [
        monthly(2),
        { units: 8 },
        'from-nothing',
        'The network was trained from nothing: its settings, or the length of the forecast, ask for another than the pre-trained one.',
      ],
      [
        monthly(2).map((one) => ({
          ...one,
          covariates: [{ name: 'promo', group: 'promo', values: one.values.map((_, t) => t % 3) }],
        })),
        { covariates: ['promo'] },
        'from-nothing',
        'The network was trained from nothing: it is shown what is known ahead, which the pre-trained one does not read.',
      ],
      [monthly(2, 6), {}, 'none', 'Too few data to compare on, and to train on: the pre-trained network as it is.'],
    ];
    for (const [series, settings, training, sentence] of cases) {
      const { choice, trials } = await choose(series, settings, off);
      expect(choice).toEqual({ training, sentence });
      expect(trials).toEqual([]);
    }
  });
});

describe('recurrentForecaster with shipped networks', () => {
  let chosen: Fitted;
  beforeAll(async () => {
    chosen = await recurrentForecaster({}, shipped).fit(monthly(2, 42), { horizon: 6, seed: 2 });
  });

  it('chooses by what a training of each kind forecasts, and keeps what it found beside the network', () => {
    expect(Object.keys(chosen.training!.losses!)).toEqual(['none', 'fine-tune', 'full']);
    expect(Object.values(chosen.training!.losses!).every((loss) => Number.isFinite(loss) && loss > 0)).toBe(true);
    expect(chosen.training!.sentence).toMatch(/^Chosen: .* Loss on the newest steps of 2 series, held back: /);
  });

  it('looks at nothing after the origin: rewriting the future changes neither choice nor weights', async () => {
    const future = (value: number) =>
      monthly(2, 42).map((one) => {
        const whole = Float64Array.from([...one.values, ...new Array(12).fill(value)]);
        return { ...one, values: whole.subarray(0, 42) };
      });
    const again = await recurrentForecaster({}, shipped).fit(future(1e6), { horizon: 6, seed: 2 });
    expect(again.training).toEqual(chosen.training);
    expect(Buffer.from(again.save()).equals(Buffer.from(chosen.save()))).toBe(true);
  });
});
