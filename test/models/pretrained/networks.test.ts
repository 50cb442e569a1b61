import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { selectBackend } from '../../../models/kernel/backend.ts';
import { PRETRAINED, pretrainedFor } from '../../../models/pretrained/networks.ts';
import { fromBytes } from '../../../models/rnn/bytes.ts';
import { pretrainedPlan, validationLoss } from '../../../models/rnn/pretraining.ts';
import { networkOf } from '../../../models/rnn/training.ts';
import type { Frequency } from '../../../models/series.ts';
import { generatorDigest } from '../../../models/synthetic/generator.ts';
import { shipped } from '../../../server/shipped.ts';

describe('the shipped networks', () => {
  it('are those that networks.ts names and no others, under two megabytes together', () => {
    const files = readdirSync(new URL('../../../models/pretrained/', import.meta.url))
      .filter((name) => name.endsWith('.network'))
      .map((name) => name.replace('.network', ''));
    expect(files.sort()).toEqual(PRETRAINED.map(({ name }) => name).sort());
    expect(files).toEqual(['any', 'daily', 'hourly', 'hourly-week', 'monthly', 'quarterly', 'weekly', 'yearly']);
    expect(PRETRAINED.reduce((sum, { name }) => sum + shipped(name).length, 0)).toBeLessThan(2_000_000);
  });

  it.each(PRETRAINED)('$name says where it comes from, and it is true', ({ name, rounds }) => {
    const { provenance, weights } = fromBytes(shipped(name));
    expect(provenance).toMatchObject({ network: name, rounds, seed: 1 });
    expect(provenance?.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(weights).toHaveLength(1);
    expect(provenance?.weights).toBe(createHash('sha256').update(weights[0]).digest('hex'));
  });

  it.each(PRETRAINED)('$name has learned from the series that the generator makes today', ({ name, periods }) => {
    expect(fromBytes(shipped(name)).provenance?.generator).toBe(generatorDigest(periods));
  });

  it.each(PRETRAINED)('$name is of the shape that networks.ts describes, and its weights fit', async (network) => {
    const { plan, weights } = fromBytes(shipped(network.name));
    // JSON: a saved plan has no fields that are undefined.
    expect(plan).toEqual(JSON.parse(JSON.stringify(pretrainedPlan(network, network.periods[0].season))));
    await selectBackend();
    for (const { season } of network.periods) {
      const own = pretrainedPlan(network, season);
      const built = networkOf(own, own.members[0]);
      expect(built.size).toBe(weights[0].length);
      built.dispose();
    }
    expect(weights[0].every(Number.isFinite)).toBe(true);
  });

  it('forecast series that they have not seen as well as they say', async () => {
    // Of the quickest network; the loss is that of the bytes, whatever the header says.
    const [yearly] = PRETRAINED;
    const { provenance, weights } = fromBytes(shipped('yearly'));
    expect(yearly.name).toBe('yearly');
    expect(await validationLoss(yearly, weights[0])).toBeCloseTo(provenance!.validation, 4);
  });
});

describe('pretrainedFor', () => {
  const of = (unit: Frequency['unit'], count = 1): Frequency => ({ unit, count });
  it.each<[string, Frequency, number, string]>([
    ['years', of('year'), 1, 'yearly'],
    ['quarters', of('month', 3), 4, 'quarterly'],
    ['months', of('month'), 12, 'monthly'],
    ['months that are given no season', of('month'), 1, 'any'],
    ['steps of a season of twelve', of('step'), 12, 'monthly'],
    ['weeks', of('week'), 52, 'weekly'],
    ['days', of('day'), 7, 'daily'],
    ['steps of a season of seven', of('step'), 7, 'any'],
    ['business days', of('businessDay'), 5, 'any'],
    ['hours', of('hour'), 24, 'hourly'],
    ['days of a season of 24', of('day'), 24, 'any'],
    ['six hours', of('hour', 6), 4, 'any'],
    ['two hours', of('hour', 2), 12, 'any'],
    ['half hours', of('minute', 30), 48, 'any'],
    ['five minutes', of('minute', 5), 288, 'any'],
    ['steps', of('step'), 1, 'any'],
    ['years of a season of eleven', of('year'), 11, 'any'],
  ])('serves %s', (_, frequency, season, name) => {
    expect(pretrainedFor(frequency, season).name).toBe(name);
  });
});
