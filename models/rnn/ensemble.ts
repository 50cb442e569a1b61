import { readAttributes } from '../attributes.ts';
import { addSteps } from '../calendar.ts';
import { combineInto, partnersOf } from '../combination.ts';
import { type Correction, correctWidths } from '../correction.ts';
import { readColumns } from '../covariates.ts';
import { calendarCycles } from '../cycles.ts';
import { type Description, describe, type FeatureSpec } from '../features.ts';
import type { Forecast } from '../forecaster.ts';
import { selectBackend } from '../kernel/backend.ts';
import { fromSpace } from '../scaling.ts';
import { MEDIAN, QUANTILES, type Series } from '../series.ts';
import type { TrainingPlan } from '../training-plan.ts';
import { lastOutputs, networkOf } from './training.ts';

/** Describes the last `history` steps of each series; members with the same features share the work. */
export function describeAll(
  series: readonly Series[],
  { history }: TrainingPlan,
): (spec: FeatureSpec) => Description[] {
  const known = new Map<string, Description[]>();
  return (spec) => {
    const key = JSON.stringify(spec);
    let described = known.get(key);
    if (!described) {
      described = series.map((one) => {
        const first = Math.max(0, one.values.length - history);
        const calendar = spec.calendar > 0 ? calendarOf(one, first) : [];
        const covariates = spec.covariates ? readColumns(one, spec.covariates, first, spec.horizon) : [];
        const attributes = spec.attributes && readAttributes(one, spec.attributes);
        return describe(one.values.subarray(first), spec, calendar, undefined, covariates, attributes);
      });
      known.set(key, described);
    }
    return described;
  };
}

/** The calendar of each step from `first` on. */
function calendarOf({ start, frequency, zone, values }: Series, first: number): Float64Array[] {
  const times = Float64Array.from({ length: values.length - first }, (_, t) =>
    addSteps(start, first + t, frequency, zone),
  );
  return [...calendarCycles(times, frequency.unit, zone).values()];
}

/**
 * Forecasts from the last step of each series, as far as the plan looks (a member may look further): members are sorted and
 * averaged level by level in the space of the series (a geometric mean for logarithms), medians of all with the distances
 * from the median of those that know the spread; combined with Theta and ETS where the plan gives these a share, the distances
 * corrected, and brought back to the series' units.
 *
 * @param weights one flat vector a member, in the order of the plan
 * @param widths what to multiply the widths of the intervals by
 */
export async function forecastWith(
  series: readonly Series[],
  plan: TrainingPlan,
  weights: readonly Float32Array[],
  widths?: Correction['widths'],
): Promise<Forecast[]> {
  await selectBackend();
  const { horizon } = plan;
  const levels = QUANTILES.length;
  const outputs = horizon * levels;
  const mean = series.map(() => new Float64Array(outputs));
  const describedAs = describeAll(series, plan);
  const spreading = plan.members.filter(({ medianOnly }) => !medianOnly).length;
  let last: Description[] = [];
  plan.members.forEach((member, m) => {
    const described = describedAs(member.spec);
    last = described;
    const windows = described.map(({ steps }, i) => ({ series: i, origin: steps - 1 }));
    const network = networkOf(plan, member);
    try {
      network.write(weights[m]);
      const { amplitudes = [1] } = member;
      const asked = amplitudes.map((amplitude) => lastOutputs(network, described, windows, plan, member, amplitude));
      const raw = asked.length === 1 ? asked[0] : meanOf(asked);
      described.forEach(({ level, ahead, units, steps }, i) => {
        for (let k = 0; k < horizon; k++) {
          const at = (i * member.spec.horizon + k) * levels;
          const sorted = raw.slice(at, at + levels).sort();
          const unit = units[steps - 1];
          const median = level + ahead[k] + unit * sorted[MEDIAN];
          for (let q = 0; q < levels; q++) {
            const distance = member.medianOnly ? 0 : unit * (sorted[q] - sorted[MEDIAN]);
            mean[i][k * levels + q] += median / plan.members.length + distance / spreading;
          }
        }
      });
    } finally {
      network.dispose();
    }
  });
  const { bounds, baselineShare = 0 } = plan;
  if (baselineShare > 0) {
    const partners = await partnersOf(series, horizon);
    mean.forEach((quantiles, i) => {
      const own = partners[i];
      if (own) combineInto(quantiles, own, baselineShare, last[i].transform, bounds);
    });
  }
  return series.map((s, i) => {
    if (widths) for (let k = 0; k < horizon; k++) correctWidths(mean[i], k * levels, widths);
    const origin = addSteps(s.start, s.values.length - 1, s.frequency, s.zone);
    return {
      series: s.id,
      origin,
      times: Float64Array.from({ length: horizon }, (_, k) =>
        addSteps(s.start, s.values.length + k, s.frequency, s.zone),
      ),
      quantiles: QUANTILES.map((_, q) =>
        Float64Array.from({ length: horizon }, (_, k) => fromSpace(mean[i][k * levels + q], last[i].transform, bounds)),
      ),
    };
  });
}

const meanOf = (answers: readonly Float32Array[]): Float32Array =>
  answers[0].map((_, at) => answers.reduce((sum, answer) => sum + answer[at], 0) / answers.length);
