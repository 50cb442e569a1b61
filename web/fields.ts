import { type Child, h } from './element.ts';

/** A field with its label above and help or a complaint below. */
export function field(label: string, input: HTMLElement, help?: Child): HTMLElement {
  const id = input.id || `field-${++fields}`;
  input.id = id;
  if (help) input.setAttribute('aria-describedby', `${id}-help`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    help ? h('div', { class: 'help', id: `${id}-help` }, help) : null,
  );
}

/** A select with its choices as [value, text]. A value that is none of them becomes one. */
export function select(
  id: string,
  choices: readonly (readonly [string, string])[],
  value: string,
  onchange: (value: string) => void,
  label?: string,
): HTMLSelectElement {
  const known = choices.some(([choice]) => choice === value) ? choices : [...choices, [value, value] as const];
  const element = h(
    'select',
    { id, 'aria-label': label, onchange: () => onchange(element.value) },
    ...known.map(([choice, text]) => h('option', { value: choice, selected: choice === value }, text)),
  );
  return element;
}

export function check(label: string, checked: boolean, onchange: (checked: boolean) => void): HTMLElement {
  const input = h('input', { type: 'checkbox', onchange: () => onchange(input.checked), checked });
  return h('label', { class: 'check' }, input, label);
}

/** After a file arrived on an element by dragging. */
export function droppable(zone: HTMLElement, take: (file: File) => void): void {
  zone.addEventListener('dragover', (event) => {
    event.preventDefault();
    zone.classList.add('over');
  });
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}

let fields = 0;
