import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../server/contract.ts';
import { bestOn, cellsOf, compared, intervalsOf, modelName, ranked, verdict } from '../../web/honesty.ts';

const serving = { network: true, runId: 1, by: 'gate', reason: '', since: 0 } as const;

describe('verdict', () => {
  it('says how much better a network is than seasonal naive', () => {
    const { tone, title, text } = verdict({ ...serving, model: 'rnn' }, { mase: 0.72, naiveMase: 1 }, false);
    expect(tone).toBe('good');
    expect(title).toBe('Served by the recurrent network');
    expect(text).toBe('Errors 28 % smaller than seasonal naive’s (MASE 0.72 against 1.00).');
  });

  it('admits that no network beat the baseline that serves', () => {
    const baseline = { ...serving, network: false, runId: null };
    const naive = verdict({ ...baseline, model: 'seasonal-naive' }, { mase: 1.03, naiveMase: 1.03 }, false);
    expect(naive.tone).toBe('plain');
    expect(naive.text).toContain('No network beat seasonal naive');
    const theta = verdict({ ...baseline, model: 'theta' }, { mase: 0.9, naiveMase: 1 }, false);
    expect(theta.title).toBe('Served by Theta');
    expect(theta.text).toContain('Errors 10 % smaller');
  });

  it('claims no comparison that was never made', () => {
    const baseline = { ...serving, network: false, runId: null, model: 'seasonal-naive' };
    const unscored = 'No network could be compared with seasonal naive, so the seasonal naive baseline is served.';
    expect(verdict(baseline, null, false).text).toBe(unscored);
    expect(verdict(baseline, { mase: null, naiveMase: null }, false).text).toBe(unscored);
    const back = { ...baseline, by: 'roll back' } as const;
    expect(verdict(back, { mase: 1, naiveMase: 1 }, false).text).toBe(
      'A person went back to the seasonal naive baseline.',
    );
  });

  it('says what to do while nothing serves', () => {
    expect(verdict(null, null, true).text).toContain('when the training is done');
    expect(verdict(null, null, false).text).toContain('Retrain now');
  });
});

describe('compared', () => {
  it('does not hide that something got worse', () => {
    expect(compared({ mase: 1.06, naiveMase: 1 })).toContain('6.0 % larger');
  });

  it('calls a difference of less than half a percent none', () => {
    expect(compared({ mase: 1.002, naiveMase: 1 })).toContain('As accurate as');
  });

  it('compares nothing that was not measured', () => {
    expect(compared(null)).toBe('Not yet compared with seasonal naive.');
    expect(compared({ mase: 1, naiveMase: 0 })).toBe('Not yet compared with seasonal naive.');
    expect(compared({ mase: null, naiveMase: 1 })).toBe('Not yet compared with seasonal naive.');
  });
});

const scored = (mase: number | null) => ({ mase }) as RunSummary['scores'][string];

describe('bestOn and ranked', () => {
  const scores = {
    naive: scored(0.9),
    rnn: scored(0.8),
    'seasonal-naive': scored(1),
    theta: scored(0.7),
    ets: scored(null),
  };

  it('find the lowest score, whoever has it', () => {
    expect(bestOn(scores, 'mase')).toBe('theta');
    expect(bestOn({ rnn: scored(null) }, 'mase')).toBeNull();
  });

  it('put the network first, then the baselines from the best to those without a score', () => {
    expect(ranked(scores)).toEqual(['rnn', 'theta', 'naive', 'seasonal-naive', 'ets']);
  });
});

describe('names', () => {
  it('are words, also for a model that is not known yet', () => {
    expect(modelName('seasonal-naive')).toBe('seasonal naive');
    expect(modelName('croston-sba')).toBe('croston sba');
  });

  it('of cells are each told once', () => {
    expect(cellsOf({ cells: ['gru', 'lstm', 'gru'] })).toBe('GRU and LSTM');
    expect(cellsOf({ cell: 'simpleRnn' })).toBe('simple RNN');
    expect(cellsOf({})).toBeNull();
  });

  it('hands on what was found of the intervals, and says nothing of runs that do not tell', () => {
    expect(intervalsOf({ intervals: { folds: 8, sentence: 'On 8 folds …' } })).toBe('On 8 folds …');
    expect(intervalsOf({ intervals: null })).toBeNull();
    expect(intervalsOf({ units: 64 })).toBeNull();
  });
});
