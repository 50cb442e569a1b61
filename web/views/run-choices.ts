import type { RunDetail } from '../api.ts';
import { h } from '../element.ts';
import { coarserOf, combinationOf, trainingChoiceOf } from '../honesty.ts';
import { table } from '../table.ts';

/** What was decided for a run by validation inside its training data, and the figures that decided it. */

/** How far the network was trained on the data, and why; nothing for runs that do not say. */
export function howFarTrained({ configuration }: RunDetail): HTMLElement | null {
  const sentence = trainingChoiceOf(configuration);
  if (sentence === null) return null;
  return h(
    'section',
    { 'aria-labelledby': 'how-far' },
    h('h2', { id: 'how-far' }, 'How far it was trained'),
    h('p', null, sentence),
  );
}

/** What part Theta and ETS have in the run's forecasts, and networks by a coarser step, and why; nothing for runs that do not say. */
export function combinedWith({ configuration }: RunDetail): HTMLElement | null {
  const sentences = [combinationOf(configuration), coarserOf(configuration)].filter((one) => one !== null);
  if (sentences.length === 0) return null;
  return h(
    'section',
    { 'aria-labelledby': 'combined-with' },
    h('h2', { id: 'combined-with' }, 'What it is combined with'),
    ...sentences.map((sentence) => h('p', null, sentence)),
  );
}

interface Choice {
  readonly sentence: string;
  readonly candidates: readonly { readonly group: string; readonly loss: number | null }[];
  readonly used: readonly string[];
  readonly without: number | null;
}

/** Which covariates the network was shown, and the figures that decided it; nothing where there were none to choose from. */
export function knownAhead(run: RunDetail): HTMLElement | null {
  const choice = run.configuration.covariates as Choice | undefined;
  if (!choice?.sentence) return null;
  const loss = (value: number | null) => (value === null ? '–' : value.toPrecision(3));
  return h(
    'section',
    { 'aria-labelledby': 'known-ahead' },
    h(
      'h2',
      { id: 'known-ahead' },
      choice.candidates.some(({ group }) => group === 'attributes') ? 'Known ahead, and attributes' : 'Known ahead',
    ),
    h('p', null, choice.sentence),
    table({
      caption: 'Loss on validation folds inside the training data, without covariates and with each',
      columns: [{ head: 'Shown to the network' }, { head: 'Loss', numeric: true }, { head: 'Used' }],
      rows: [
        ['none', loss(choice.without), choice.used.length === 0 ? 'yes' : ''],
        ...choice.candidates.map(({ group, loss: own }) => [
          group,
          loss(own),
          choice.used.includes(group) ? 'yes' : 'no',
        ]),
      ],
    }),
  );
}
