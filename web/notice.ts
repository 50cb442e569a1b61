import { sentence } from './api.ts';
import { type Child, h } from './element.ts';

/** What the program tells the person: errors in the server's words, questions before something is lost, news for ears. */

export function errorBox(error: unknown, ...more: Child[]): HTMLElement {
  return h('div', { class: 'notice bad', role: 'alert' }, h('p', null, sentence(error)), ...more);
}

/** An empty place that says what to do. */
export function empty(title: string, ...more: Child[]): HTMLElement {
  return h('div', { class: 'empty' }, h('h2', null, title), ...more);
}

export function loading(what: string): HTMLElement {
  return h('p', { class: 'loading', role: 'status' }, `Loading ${what}…`);
}

/** Says something to those who do not see the screen. */
export function announce(text: string): void {
  const announcer = document.getElementById('announcer');
  if (announcer) announcer.textContent = text;
}

/** Asks before something that cannot be undone; resolves to true only when the person agreed. */
export function confirmed(question: string, explanation: string, act: string): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = h(
      'dialog',
      { class: 'ask', 'aria-labelledby': 'ask-title' },
      h(
        'form',
        { method: 'dialog' },
        h('h2', { id: 'ask-title' }, question),
        h('p', null, explanation),
        h(
          'div',
          { class: 'actions' },
          h('button', { class: 'button', value: 'no', autofocus: true }, 'Cancel'),
          h('button', { class: 'button danger', value: 'yes' }, act),
        ),
      ),
    );
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * A button for something that takes a moment: it cannot be pressed twice, and an error appears in `place` in the server's
 * words.
 */
export function actionButton(
  text: string,
  place: () => HTMLElement,
  act: () => Promise<void>,
  kind: 'primary' | 'danger' | '' = '',
): HTMLButtonElement {
  const button = h(
    'button',
    {
      type: 'button',
      class: `button ${kind}`.trim(),
      onclick: async () => {
        button.disabled = true;
        place().replaceChildren();
        try {
          await act();
        } catch (error) {
          place().replaceChildren(errorBox(error));
        } finally {
          button.disabled = false;
        }
      },
    },
    text,
  );
  return button;
}
