import { api } from '../api.ts';
import { fill, h } from '../element.ts';
import { field } from '../fields.ts';
import { errorBox } from '../notice.ts';
import { go, type Page } from '../router.ts';

/** The password, once; then back to where the person wanted to go. */
export function loginView(page: Page): void {
  page.title('Log in');
  const password = h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true });
  const problem = h('div');
  const submit = h('button', { class: 'button primary' }, 'Log in');
  fill(
    page.root,
    h(
      'form',
      {
        class: 'panel narrow',
        onsubmit: async (event) => {
          event.preventDefault();
          submit.disabled = true;
          try {
            await api.login(password.value);
            window.dispatchEvent(new Event('tidecast:logged-in'));
            go(ownPath(page.query.get('next')), { replace: true });
          } catch (error) {
            problem.replaceChildren(errorBox(error));
            password.select();
          } finally {
            submit.disabled = false;
          }
        },
      },
      h('h1', null, 'Log in'),
      field('Password', password, 'The one in TIDECAST_PASSWORD where the program was started.'),
      problem,
      h('div', { class: 'actions' }, submit),
    ),
  );
  password.focus();
}

/** A path of this page, or home: a link must not send people elsewhere after they logged in. */
export function ownPath(next: string | null): string {
  if (!next || !/^\/(?![/\\])/.test(next)) return '/';
  return new URL(next, 'http://here').host === 'here' ? next : '/';
}
