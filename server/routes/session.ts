import { apiTokens, deleteToken } from '../../db/tokens.ts';
import { SESSION_COOKIE, SESSION_SECONDS } from '../access.ts';
import { Login, NewToken, Session, TokenOnce, Tokens } from '../contract.ts';
import { AppError } from '../errors.ts';
import { type Endpoint, endpoint, found, type Given } from './endpoint.ts';

/** Logging in, and the tokens of programs. */
export const sessionRoutes: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/api/v1/session',
    tag: 'access',
    summary: 'Whether a login is needed, and whether this caller has one',
    open: true,
    reply: { status: 200, schema: Session },
    handle: ({ caller }, { access }) => ({ required: access.required, authenticated: caller.by !== 'nobody' }),
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/session',
    tag: 'access',
    summary: 'Log in with the password; the session is an HttpOnly cookie',
    open: true,
    body: Login,
    reply: { status: 200, schema: Session },
    handle: ({ body, request, response }, { access }) => {
      const token = access.logIn(body.password, request.socket.remoteAddress ?? '');
      setCookie({ request, response }, token, SESSION_SECONDS);
      return { required: true, authenticated: true };
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/v1/session',
    tag: 'access',
    summary: 'Log out',
    open: true,
    reply: { status: 204 },
    handle: ({ caller, request, response }, { access }) => {
      access.logOut(caller);
      setCookie({ request, response }, '', 0);
    },
  }),
  endpoint({
    method: 'get',
    path: '/api/v1/tokens',
    tag: 'access',
    summary: 'The API tokens, without their secrets',
    reply: { status: 200, schema: Tokens },
    handle: (_given, { store }) =>
      apiTokens(store).map(({ id, name, createdAt, lastUsedAt }) => ({ id, name, createdAt, lastUsedAt })),
  }),
  endpoint({
    method: 'post',
    path: '/api/v1/tokens',
    tag: 'access',
    summary: 'Make an API token; it is shown this once',
    body: NewToken,
    reply: { status: 201, schema: TokenOnce },
    handle: ({ body, caller }, { access }) => {
      refuseTokens(caller);
      const { row, token } = access.issue(body.name);
      return { id: row.id, name: row.name, createdAt: row.createdAt, lastUsedAt: row.lastUsedAt, token };
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/v1/tokens/{token}',
    tag: 'access',
    summary: 'Revoke an API token',
    reply: { status: 204 },
    handle: ({ param, caller }, { store }) => {
      refuseTokens(caller);
      found(deleteToken(store, 'api', param('token')) || undefined, 'token', param('token'));
    },
  }),
];

// A token that leaked must not be able to make others, or to lock out the rest.
function refuseTokens(caller: Given<unknown, unknown>['caller']): void {
  if (caller.by === 'token') throw new AppError('forbidden', 'an API token cannot make or revoke tokens: log in');
}

function setCookie(
  { request, response }: Pick<Given<unknown, unknown>, 'request' | 'response'>,
  value: string,
  maxAge: number,
): void {
  const secure = request.secure ? '; Secure' : '';
  response.append(
    'set-cookie',
    `${SESSION_COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}${secure}`,
  );
  response.set('cache-control', 'no-store');
}
