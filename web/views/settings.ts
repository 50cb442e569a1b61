import { api } from '../api.ts';
import { fill, h } from '../element.ts';
import { field } from '../fields.ts';
import { ago, duration, moment } from '../moments.ts';
import { announce, confirmed, errorBox, loading } from '../notice.ts';
import type { Page } from '../router.ts';
import { pageHead } from '../shell.ts';
import { facts, table } from '../table.ts';

/** API tokens and the state of the program itself. */
export async function settingsView(page: Page): Promise<void> {
  page.title('Settings');
  const tokens = h('section', { class: 'panel', 'aria-labelledby': 'tokens' }, loading('tokens'));
  const program = h('section', { class: 'panel', 'aria-labelledby': 'program' }, loading('the state of the program'));
  fill(page.root, pageHead({ title: 'Settings' }), tokens, program);
  await Promise.all([showTokens(tokens, page), showProgram(program, page)]);
}

async function showTokens(panel: HTMLElement, page: Page, fresh?: { name: string; token: string }): Promise<void> {
  const [list, session] = await Promise.all([api.tokens(page.signal), api.session(page.signal)]);
  const problem = h('div');
  const name = h('input', {
    name: 'name',
    required: true,
    maxlength: 100,
    autocomplete: 'off',
    placeholder: 'e.g. nightly upload',
  });
  fill(
    panel,
    h('h2', { id: 'tokens' }, 'API tokens'),
    h(
      'p',
      { class: 'muted' },
      session.required
        ? 'Programs send a token with each request: Authorization: Bearer TOKEN. A token can do what you can do here.'
        : 'This server asks nobody for a password, so programs on this machine need no token. Tokens matter once TIDECAST_PASSWORD is set.',
    ),
    fresh
      ? h(
          'div',
          { class: 'notice good', role: 'status' },
          h('p', null, `The token “${fresh.name}”, shown this once. Keep it now:`),
          h('p', null, h('code', { class: 'secret' }, fresh.token)),
          copyButton(fresh.token),
        )
      : null,
    list.length === 0
      ? h('p', null, 'No tokens yet.')
      : table({
          caption: 'API tokens',
          columns: [{ head: 'Name' }, { head: 'Made' }, { head: 'Last used' }, { head: '' }],
          rows: list.map((token) => [
            token.name,
            moment(token.createdAt),
            token.lastUsedAt === null ? 'never' : ago(token.lastUsedAt, Date.now()),
            h(
              'button',
              {
                type: 'button',
                class: 'button small danger',
                'aria-label': `Revoke ${token.name}`,
                onclick: async () => {
                  if (
                    !(await confirmed(
                      `Revoke “${token.name}”?`,
                      'Programs that use it are refused from now on.',
                      'Revoke',
                    ))
                  )
                    return;
                  try {
                    await api.revokeToken(token.id);
                    await showTokens(panel, page);
                  } catch (error) {
                    problem.replaceChildren(errorBox(error));
                  }
                },
              },
              'Revoke',
            ),
          ]),
        }),
    h(
      'form',
      {
        class: 'row',
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            const made = await api.createToken(name.value);
            await showTokens(panel, page, made);
            announce(`Token ${made.name} made.`);
          } catch (error) {
            problem.replaceChildren(errorBox(error));
          }
        },
      },
      field('Name of a new token', name),
      h('button', { class: 'button' }, 'Make a token'),
    ),
    problem,
  );
}

function copyButton(text: string): HTMLElement {
  const button = h(
    'button',
    {
      type: 'button',
      class: 'button small',
      onclick: async () => {
        await navigator.clipboard.writeText(text);
        button.textContent = 'Copied';
      },
    },
    'Copy',
  );
  return button;
}

async function showProgram(panel: HTMLElement, page: Page): Promise<void> {
  const health = await api.health(page.signal);
  fill(
    panel,
    h('h2', { id: 'program' }, 'This program'),
    facts([
      ['State', health.status === 'ok' ? 'well' : 'failing'],
      ['Version', health.version],
      ['Running for', duration(health.uptimeSeconds)],
      ['Computes with', health.backend ?? 'known after the first training'],
      [
        'Jobs',
        `${health.jobs.running} running, ${health.jobs.queued} waiting, ${health.jobs.failedLastDay} failed in the last day`,
      ],
    ]),
    health.overdue.length
      ? h(
          'div',
          { class: 'notice bad' },
          h('p', null, 'These schedules should have run and have not:'),
          h(
            'ul',
            null,
            ...health.overdue.map((late) =>
              h(
                'li',
                null,
                h('a', { href: `/datasets/${late.datasetId}/schedule` }, `dataset ${late.datasetId}`),
                `, ${late.kind}, due ${moment(late.dueAt)}`,
              ),
            ),
          ),
        )
      : null,
  );
}
