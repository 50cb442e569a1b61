import type { Scores } from './metrics.ts';

/**
 * Who serves after a training. The main metric is MASE: it has no unit, so one large series cannot decide for all, it exists
 * where values are zero or negative, and "1.04 against 0.97" can be read by a person; pinball loss would reward the same
 * order but nobody can read it. MAE takes its place where no past ever changed and MASE does not exist. All scores must come from
 * the same folds.
 */
export interface Contest {
  /** The network just trained. */
  readonly candidate: Scores;
  /** The network that has served until now, on the same folds; null where there is none. */
  readonly champion: Scores | null;
  /** By forecaster, `seasonal-naive` among them. */
  readonly baselines: Record<string, Scores>;
}

export interface Decision {
  /** The candidate becomes champion: it beat the champion and seasonal naive. */
  readonly promote: boolean;
  /** What the served forecast comes from: `network` (the champion after this decision) or a baseline's name. */
  readonly serve: string;
  /** A sentence for the person, with the figures. */
  readonly reason: string;
}

/**
 * Decides by strictly lower error; a tie changes nothing. Where the candidate or seasonal naive could not be scored, a baseline
 * serves: nothing then shows that a network is worth its trouble.
 */
export function decide({ candidate, champion, baselines }: Contest): Decision {
  const everyone = [candidate, ...(champion ? [champion] : []), ...Object.values(baselines)];
  const metric = everyone.every(({ mase }) => mase !== null) ? 'mase' : 'mae';
  const figure = (scores: Scores | null | undefined) => scores?.[metric] ?? Number.POSITIVE_INFINITY;
  const unit = metric.toUpperCase();

  const own = figure(candidate);
  const theirs = figure(champion);
  const network = Math.min(own, theirs);
  const naive = figure(baselines[YARDSTICK]);
  const best = bestOf(baselines, figure);

  if (own === Number.POSITIVE_INFINITY) {
    return {
      promote: false,
      serve: YARDSTICK in baselines || best === null ? YARDSTICK : best,
      reason:
        candidate.points === 0
          ? 'The network could not be scored: no series is long enough to hold back a fold.'
          : 'The network could not be scored: its errors are too large for a mean.',
    };
  }
  if (best !== null && naive === Number.POSITIVE_INFINITY) {
    const why = `Seasonal naive could not be scored where the network has ${unit} ${plain(own)}, so nothing shows that the network is better.`;
    const scored = figure(baselines[best]) < Number.POSITIVE_INFINITY;
    const served = scored && best !== YARDSTICK ? ` ${titled(best)} serves: ${plain(figure(baselines[best]))}.` : '';
    return { promote: false, serve: best, reason: why + served };
  }
  if (best !== null && network >= naive) {
    const lost = versus(
      network,
      naive,
      (a) =>
        network === 0
          ? 'Neither the network nor seasonal naive made any error: every series is constant, or repeats itself exactly.'
          : `The network only tied with seasonal naive: ${unit} ${a} each.`,
      (a, b) => `The network did not beat seasonal naive: ${unit} ${a} against ${b}.`,
    );
    const served = best === YARDSTICK ? '' : ` ${titled(best)} was best: ${plain(figure(baselines[best]))}.`;
    return { promote: false, serve: best, reason: lost + served };
  }
  // Said though it changes nothing: the gate is seasonal naive, and hiding a better baseline would not be honest.
  const better =
    best !== null && figure(baselines[best]) < network
      ? versus(figure(baselines[best]), network, String, (a) => ` ${titled(best)} was better still: ${a}.`)
      : '';
  if (own >= theirs) {
    const kept = versus(
      own,
      theirs,
      (a) => `The new network only tied with the champion, which still serves: ${unit} ${a} each.`,
      (a, b) => `The new network did not beat the champion, which still serves: ${unit} ${a} against ${b}.`,
    );
    return { promote: false, serve: 'network', reason: kept + better };
  }
  const beaten = [
    ...(champion ? [['the champion', theirs] as const] : []),
    ...(naive < Number.POSITIVE_INFINITY ? [['seasonal naive', naive] as const] : []),
  ];
  const won =
    beaten.length === 0
      ? `The network is the first to be scored: ${unit} ${plain(own)}.`
      : beaten
          .map(([name, other]) =>
            versus(own, other, String, (a, b) => `The network beat ${name}: ${unit} ${a} against ${b}.`),
          )
          .join(' ');
  return { promote: true, serve: 'network', reason: won + better };
}

/** The baseline a network has to beat. */
const YARDSTICK = 'seasonal-naive';

// Where scores tie, seasonal naive wins: the plainest explanation.
function bestOf(baselines: Record<string, Scores>, figure: (scores: Scores) => number): string | null {
  const names = Object.keys(baselines).sort((a, b) => Number(b === YARDSTICK) - Number(a === YARDSTICK));
  return names.reduce<string | null>(
    (best, name) => (best === null || figure(baselines[name]) < figure(baselines[best]) ? name : best),
    null,
  );
}

// As many digits as it takes to tell two figures apart: "0.97 against 0.97" explains nothing.
function versus(a: number, b: number, same: (a: string) => string, differ: (a: string, b: string) => string): string {
  if (a === b) return same(plain(a));
  for (let digits = 2; digits < 17; digits++) {
    const [left, right] = [plain(a, digits), plain(b, digits)];
    if (left !== right) return differ(left, right);
  }
  return differ(String(a), String(b));
}

// Large figures in full would be walls of digits; a MAE may be 1e300.
function plain(value: number, digits = 2): string {
  if (value === Number.POSITIVE_INFINITY) return 'none';
  return value !== 0 && (value < 0.01 || value >= 1e6) ? value.toPrecision(digits + 1) : value.toFixed(digits);
}

// ETS is an abbreviation (error, trend, season), the others are words.
const titled = (name: string) =>
  name === 'ets' ? 'ETS' : name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
