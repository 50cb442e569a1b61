import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../server/contract.ts';
import {
  aheadOf,
  bestOn,
  cellsOf,
  coarserOf,
  combinationOf,
  compared,
  intervalsOf,
  modelMeaning,
  modelName,
  ranked,
  scoredName,
  trainingChoiceOf,
  verdict,
} from '../../web/honesty.ts';

const serving = { network: true, training: 'full', runId: 1, by: 'gate', reason: '', since: 0 } as const;

describe('verdict', () => {
  it('says how much better a network is than seasonal naive', () => {
    const { tone, title, text } = verdict({ ...serving, model: 'rnn' }, { mase: 0.72, naiveMase: 1 }, null);
    expect(tone).toBe('good');
    expect(title).toBe('Served by the recurrent network');
    expect(text).toBe('Errors 28 % smaller than seasonal naive’s (MASE 0.72 against 1.00).');
  });

  it('admits that no network beat the baseline that serves', () => {
    const baseline = { ...serving, network: false, training: null, runId: null };
    const naive = verdict({ ...baseline, model: 'seasonal-naive' }, { mase: 1.03, naiveMase: 1.03 }, null);
    expect(naive.tone).toBe('plain');
    expect(naive.text).toContain('No network beat seasonal naive');
    const theta = verdict({ ...baseline, model: 'theta' }, { mase: 0.9, naiveMase: 1 }, null);
    expect(theta.title).toBe('Served by Theta');
    expect(theta.text).toContain('Errors 10 % smaller');
  });

  it('claims no comparison that was never made', () => {
    const baseline = { ...serving, network: false, training: null, runId: null, model: 'seasonal-naive' };
    const unscored = 'No network could be compared with seasonal naive, so the seasonal naive baseline is served.';
    expect(verdict(baseline, null, null).text).toBe(unscored);
    expect(verdict(baseline, { mase: null, naiveMase: null }, null).text).toBe(unscored);
    const back = { ...baseline, by: 'roll back' } as const;
    expect(verdict(back, { mase: 1, naiveMase: 1 }, null).text).toBe(
      'A person went back to the seasonal naive baseline.',
    );
  });

  it('says what to do while nothing serves', () => {
    expect(verdict(null, null, { training: null }).text).toContain('when the training is done');
    expect(verdict(null, null, null).text).toContain('Retrain now');
  });
});

describe('a network that came with the program', () => {
  const scores = { mase: 0.9, naiveMase: 1 };

  it('is told from one that was trained on the data, by a word and by what serves', () => {
    const { title, text } = verdict({ ...serving, model: 'rnn', training: 'none' }, scores, null);
    expect(title).toBe('Served by the pre-trained network');
    expect(text).toBe('Not trained on this data. Errors 10 % smaller than seasonal naive’s (MASE 0.90 against 1.00).');
    const tuned = verdict({ ...serving, model: 'rnn', training: 'fine-tune' }, scores, null);
    expect(tuned.title).toBe('Served by the fine-tuned network');
    expect(tuned.text).toBe('Errors 10 % smaller than seasonal naive’s (MASE 0.90 against 1.00).');
  });

  it('is announced while its first forecast is being made', () => {
    const { title, text } = verdict(null, null, { training: 'none' });
    expect(title).toBe('First forecast');
    expect(text).toContain('appears here in a moment');
  });

  it('changes no word of a baseline, whatever the run that it stands beside', () => {
    expect(modelName('theta', 'none')).toBe('Theta');
    expect(modelMeaning('naive', 'none')).toBe('repeats the last value');
    expect(modelMeaning('rnn', 'none')).toBe('as it came with Tidecast, not trained on this data');
    expect(modelMeaning('rnn', 'full')).toBe('trained on all series of the dataset together');
    expect(modelMeaning('rnn')).toBe('trained on all series of the dataset together');
  });

  it('tells why it was trained so far and no further, and nothing of runs that do not say', () => {
    expect(trainingChoiceOf({ trainingChoice: { training: 'none', sentence: 'As chosen: …' } })).toBe('As chosen: …');
    expect(trainingChoiceOf({ training: 'full' })).toBeNull();
  });

  it('says what a run is combined with, from its configuration', () => {
    const configuration = {
      combination: { share: 0.3, sentence: 'Theta and ETS have 30 %.' },
      coarser: { share: 0.3, sentence: 'Its forecast is drawn.' },
    };
    expect(combinationOf(configuration)).toBe('Theta and ETS have 30 %.');
    expect(coarserOf(configuration)).toBe('Its forecast is drawn.');
    expect([combinationOf({}), coarserOf({})]).toEqual([null, null]);
  });
});

describe('compared', () => {
  it('does not hide that something got worse', () => {
    expect(compared({ mase: 1.06, naiveMase: 1 })).toContain('6.0 % larger');
  });

  it('calls a difference of less than half a percent none', () => {
    expect(compared({ mase: 1.002, naiveMase: 1 })).toContain('As accurate as');
  });

  it('compares by MAE where MASE does not exist', () => {
    expect(compared({ mase: null, naiveMase: null, mae: 22.849, naiveMae: 29.613 })).toBe(
      'Errors 23 % smaller than seasonal naive’s (MAE 22.849 against 29.613).',
    );
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

  it('beside the scores of a run say whose network the champion was, so far as the run knows', () => {
    const run = (configuration: Record<string, unknown>) => ({ training: 'none' as const, configuration });
    expect(scoredName('champion', run({ champion: 4 }))).toBe('run 4, champion before');
    expect(scoredName('champion', run({}))).toBe('champion before');
    expect(scoredName('rnn', run({ champion: 4 }))).toBe('pre-trained network');
  });

  it('of what is known ahead are those that validation chose, or else a person', () => {
    expect(aheadOf({ covariates: { used: ['promo'] }, settings: { covariates: ['price'] } })).toEqual(['promo']);
    expect(aheadOf({ settings: { covariates: ['price'] } })).toEqual(['price']);
    expect(aheadOf({ covariates: { used: [] } })).toEqual([]);
    expect(aheadOf({})).toEqual([]);
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
