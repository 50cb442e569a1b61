import { describe, expect, it } from 'vitest';
import { fan, firstRange, foldLayers, line, realised } from '../../web/plot.ts';

const forecast = {
  times: [10, 11],
  levels: [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975],
  quantiles: [
    [1, 0],
    [2, 1],
    [3, 2],
    [4, 4],
    [5, 6],
    [6, 7],
    [7, 8],
  ],
};

describe('fan', () => {
  it('draws the widest interval first, then the median over it', () => {
    const layers = fan(forecast, [95, 80, 50], null);
    expect(layers.map(({ label }) => label)).toEqual([
      '95 % interval',
      '80 % interval',
      '50 % interval',
      'Forecast (median)',
    ]);
    expect(layers[1]).toMatchObject({
      kind: 'band',
      lower: [
        { x: 10, y: 2 },
        { x: 11, y: 1 },
      ],
      upper: [
        { x: 10, y: 6 },
        { x: 11, y: 7 },
      ],
    });
  });

  it('opens at the last observation', () => {
    const [median] = fan(forecast, [], { x: 9, y: 3.5 });
    expect(median).toMatchObject({
      kind: 'line',
      points: [
        { x: 9, y: 3.5 },
        { x: 10, y: 4 },
        { x: 11, y: 4 },
      ],
    });
  });

  it('does not open at a missing observation, nor at one that is no earlier than the forecast', () => {
    for (const from of [
      { x: 9, y: null },
      { x: 10, y: 3 },
    ]) {
      const [median] = fan(forecast, [], from);
      expect(median).toMatchObject({
        points: [
          { x: 10, y: 4 },
          { x: 11, y: 4 },
        ],
      });
    }
  });

  it('leaves out an interval whose levels the forecast does not carry', () => {
    const layers = fan({ times: [10], levels: [0.1, 0.5, 0.9], quantiles: [[1], [2], [3]] }, [95, 80, 50], null);
    expect(layers.map(({ label }) => label)).toEqual(['80 % interval', 'Forecast (median)']);
  });
});

describe('foldLayers', () => {
  it('draws each fold as its 80 % interval and a thin median', () => {
    expect(foldLayers([{ origin: 9, ...forecast }]).map(({ kind, label }) => [kind, label])).toEqual([
      ['band', 'Backtest, 80 % interval'],
      ['line', 'Backtest median'],
    ]);
  });
});

describe('line', () => {
  it('keeps a missing value as a break', () => {
    expect(line([1, 2, 3], [5, null, 6])).toEqual([
      { x: 1, y: 5 },
      { x: 2, y: null },
      { x: 3, y: 6 },
    ]);
  });
});

describe('realised', () => {
  it('measures the median and the 80 % interval against what came', () => {
    expect(realised({ ...forecast, actuals: [6, 9] })).toEqual({ scored: 2, steps: 2, mae: 3.5, inside80: 0.5 });
  });

  it('leaves out what has not come', () => {
    expect(realised({ ...forecast, actuals: [5, null] })).toEqual({ scored: 1, steps: 2, mae: 1, inside80: 1 });
    expect(realised({ ...forecast, actuals: [null, null] })).toEqual({
      scored: 0,
      steps: 2,
      mae: null,
      inside80: null,
    });
  });
});

describe('firstRange', () => {
  const long = { start: 0, end: 10_000, horizonEnd: 10_012, stepLength: 1, season: 12, horizon: 12 };

  it('shows the forecast and four horizons or seasons before it', () => {
    expect(firstRange(long)).toEqual({ from: 9952, to: 10_013 });
  });

  it('shows all of a short series', () => {
    expect(firstRange({ ...long, start: 9990 }).from).toBe(9990);
  });
});
