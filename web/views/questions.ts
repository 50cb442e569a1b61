import type { Preview } from '../api.ts';
import { type Child, h } from '../element.ts';
import { type Answers, answered, sets, withAnswer } from '../import-recipe.ts';
import { count, counted } from '../numbers.ts';

/** Hears the answers after a change; `refusal` says why they cannot be. */
export type Change = (answers: Answers, refusal?: string | null) => void;

const QUESTIONS_SHOWN = 20;

/** What only the person can know: every answer given, and as many open questions as one looks at. The others follow. */
export function questions(preview: Preview, answers: Answers, change: Change): Child[] {
  let open = 0;
  const shown = preview.questions.filter((question) => answered(answers, question) || ++open <= QUESTIONS_SHOWN);
  const left = preview.questions.length - shown.length;
  return [
    ...shown.map((question, i) => ask(question, i, answers, change)),
    left > 0 ? h('p', null, `${counted(left, 'more question follows', 'more questions follow')} these.`) : null,
  ];
}

function ask(
  { column, others = [], field, found, choices }: Preview['questions'][number],
  index: number,
  answers: Answers,
  change: Change,
): HTMLElement {
  const too = others.length > 2 ? [`${count(others.length)} other columns`] : others.map((name) => `“${name}”`);
  return h(
    'fieldset',
    { class: 'notice warn question' },
    h('legend', null, `${[`“${column}”`, ...too].join(' and ')} can be read more than one way`),
    h('p', null, 'Found: ', ...found.slice(0, 5).flatMap((cell, i): Child[] => [i ? ', ' : '', h('code', null, cell)])),
    ...choices.map(({ value, label, set }) =>
      h(
        'label',
        { class: 'check' },
        h('input', {
          type: 'radio',
          id: `answer-${field}-${column}-${value}`,
          name: `question-${index}`,
          value,
          onchange: () => change(withAnswer(answers, set)),
          checked: sets(answers, set),
        }),
        label,
      ),
    ),
  );
}
