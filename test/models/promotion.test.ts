import { expect, test } from 'vitest';
import { type Scores, score } from '../../models/metrics.ts';
import { decide } from '../../models/promotion.ts';

const scored = (mase: number | null, mae = 1): Scores => ({ ...score([]), mase, mae });

test('the first network that beats seasonal naive becomes champion and serves', () => {
  expect(decide({ candidate: scored(0.84), champion: null, baselines: { 'seasonal-naive': scored(0.97) } })).toEqual({
    promote: true,
    serve: 'network',
    reason: 'The network beat seasonal naive: MASE 0.84 against 0.97.',
  });
});

test('a network that does not beat seasonal naive is not promoted, and the best baseline serves and is named', () => {
  expect(
    decide({
      candidate: scored(1.04),
      champion: null,
      baselines: { 'seasonal-naive': scored(0.97), theta: scored(1.1) },
    }),
  ).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason: 'The network did not beat seasonal naive: MASE 1.04 against 0.97.',
  });
  expect(
    decide({
      candidate: scored(1.04),
      champion: null,
      baselines: { 'seasonal-naive': scored(0.97), theta: scored(0.9) },
    }),
  ).toEqual({
    promote: false,
    serve: 'theta',
    reason: 'The network did not beat seasonal naive: MASE 1.04 against 0.97. Theta was best: 0.90.',
  });
});

test('a candidate that beats the champion takes its place', () => {
  expect(
    decide({ candidate: scored(0.8), champion: scored(0.85), baselines: { 'seasonal-naive': scored(0.97) } }),
  ).toEqual({
    promote: true,
    serve: 'network',
    reason:
      'The network beat the champion: MASE 0.80 against 0.85. The network beat seasonal naive: MASE 0.80 against 0.97.',
  });
});

test('a candidate that loses to the champion changes nothing, nor does one that only ties', () => {
  const baselines = { 'seasonal-naive': scored(0.97) };
  expect(decide({ candidate: scored(0.9), champion: scored(0.85), baselines })).toEqual({
    promote: false,
    serve: 'network',
    reason: 'The new network did not beat the champion, which still serves: MASE 0.90 against 0.85.',
  });
  expect(decide({ candidate: scored(0.85), champion: scored(0.85), baselines })).toMatchObject({
    promote: false,
    serve: 'network',
    reason: 'The new network only tied with the champion, which still serves: MASE 0.85 each.',
  });
});

test('a champion that beats seasonal naive goes on serving though the candidate does not', () => {
  const decision = decide({
    candidate: scored(1.2),
    champion: scored(0.9),
    baselines: { 'seasonal-naive': scored(0.97) },
  });
  expect(decision).toMatchObject({ promote: false, serve: 'network' });
});

test('no network is promoted while neither beats seasonal naive, though the candidate beats the champion', () => {
  const decision = decide({
    candidate: scored(1.1),
    champion: scored(1.2),
    baselines: { 'seasonal-naive': scored(0.97) },
  });
  expect(decision).toMatchObject({ promote: false, serve: 'seasonal-naive' });
});

test('a tie with seasonal naive is not a win', () => {
  expect(
    decide({
      candidate: scored(0.97),
      champion: null,
      baselines: { 'seasonal-naive': scored(0.97), naive: scored(0.97) },
    }),
  ).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason: 'The network only tied with seasonal naive: MASE 0.97 each.',
  });
});

test('figures that round to the same are shown with the digits that tell them apart', () => {
  expect(
    decide({ candidate: scored(0.97012), champion: null, baselines: { 'seasonal-naive': scored(0.97034) } }).reason,
  ).toBe('The network beat seasonal naive: MASE 0.9701 against 0.9703.');
});

test('a better baseline is mentioned even where the network serves', () => {
  expect(
    decide({
      candidate: scored(0.9),
      champion: null,
      baselines: { 'seasonal-naive': scored(0.97), theta: scored(0.8) },
    }).reason,
  ).toBe('The network beat seasonal naive: MASE 0.90 against 0.97. Theta was better still: 0.80.');
});

test('MAE decides where MASE does not exist', () => {
  expect(
    decide({ candidate: scored(null, 3), champion: null, baselines: { 'seasonal-naive': scored(null, 2) } }),
  ).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason: 'The network did not beat seasonal naive: MAE 3.00 against 2.00.',
  });
});

test('a network that could not be scored is not promoted', () => {
  const nothing = score([]);
  expect(decide({ candidate: nothing, champion: null, baselines: { 'seasonal-naive': nothing } })).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason: 'The network could not be scored: no series is long enough to hold back a fold.',
  });
});

test('a network whose errors are too large for a mean is told from one that had no fold', () => {
  const overflown = { ...scored(null), mae: null, points: 12 };
  expect(decide({ candidate: overflown, champion: null, baselines: { 'seasonal-naive': scored(1) } })).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason: 'The network could not be scored: its errors are too large for a mean.',
  });
});

test('a baseline serves where seasonal naive has no score to be beaten, whatever the network has', () => {
  const overflown = { ...scored(null), mae: null, points: 12 };
  const unbeaten = { candidate: scored(0, 2.03e306), champion: null };
  const reason =
    'Seasonal naive could not be scored where the network has MAE 2.03e+306, so nothing shows that the network is better.';
  expect(decide({ ...unbeaten, baselines: { 'seasonal-naive': overflown, naive: overflown } })).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason,
  });
  expect(decide({ ...unbeaten, champion: scored(0.9), baselines: { 'seasonal-naive': overflown } })).toMatchObject({
    promote: false,
    serve: 'seasonal-naive',
  });
  expect(decide({ ...unbeaten, baselines: { 'seasonal-naive': overflown, theta: scored(null, 3e306) } })).toEqual({
    promote: false,
    serve: 'theta',
    reason: `${reason} Theta serves: 3.00e+306.`,
  });
});

test('where nobody made an error it is said of the series, not as a figure of 0.00', () => {
  expect(
    decide({ candidate: scored(null, 0), champion: null, baselines: { 'seasonal-naive': scored(null, 0) } }),
  ).toEqual({
    promote: false,
    serve: 'seasonal-naive',
    reason:
      'Neither the network nor seasonal naive made any error: every series is constant, or repeats itself exactly.',
  });
});

test('without baselines the first network scored is promoted', () => {
  expect(decide({ candidate: scored(0.8), champion: null, baselines: {} })).toMatchObject({
    promote: true,
    serve: 'network',
  });
});
