import { describe, expect, it } from 'vitest';
import { match } from '../../web/router.ts';
import { ownPath } from '../../web/views/login.ts';

const routes = [
  ['/', 'home'],
  ['/import', 'import'],
  ['/datasets/:id', 'dataset'],
  ['/datasets/:id/runs', 'runs'],
] as const;

describe('match', () => {
  it('finds the pattern of a path and reads its parameters', () => {
    expect(match(routes, '/datasets/12/runs')).toEqual({ target: 'runs', params: { id: '12' } });
    expect(match(routes, '/datasets/12')).toEqual({ target: 'dataset', params: { id: '12' } });
    expect(match(routes, '/')).toEqual({ target: 'home', params: {} });
  });

  it('does not mind a slash at the end', () => {
    expect(match(routes, '/import/')?.target).toBe('import');
  });

  it('decodes a parameter, and leaves one that cannot be decoded as it is', () => {
    expect(match(routes, '/datasets/a%20b')?.params.id).toBe('a b');
    expect(match(routes, '/datasets/100%')?.params.id).toBe('100%');
  });

  it('knows no path that no pattern has', () => {
    expect(match(routes, '/datasets')).toBeNull();
    expect(match(routes, '/datasets/1/runs/2')).toBeNull();
  });
});

describe('ownPath', () => {
  it('sends people back to where they wanted to go after a login', () => {
    expect(ownPath('/series/4?origin=12')).toBe('/series/4?origin=12');
    expect(ownPath(null)).toBe('/');
  });

  it('never sends them to another site', () => {
    for (const next of [
      'https://elsewhere.example',
      '//elsewhere.example',
      '/\\elsewhere.example',
      'javascript:alert(1)',
    ]) {
      expect(ownPath(next)).toBe('/');
    }
  });
});
