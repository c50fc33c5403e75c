import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../api/problem';
import { memoryStore } from '../../ui/storage';
import { SessionStore } from './session';

interface Call {
  path: string;
  body: unknown;
}

function setup(answers: (Response | Error)[], { known = false } = {}) {
  const store = memoryStore();
  if (known) store.write('pps.signed-in', '1');
  const calls: Call[] = [];
  let now = 1_000_000;
  const fetcher = ((path: string, init: RequestInit) => {
    calls.push({ path, body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined });
    const answer = answers.shift();
    if (!answer) throw new Error(`unexpected call of ${path}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  }) as typeof fetch;
  const pauses: number[] = [];
  const sleep = (ms: number) => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const session = new SessionStore(store, fetcher, () => now, sleep);
  return { session, store, calls, pauses, pass: (ms: number) => (now += ms) };
}

const tokens = (access_token: string, expires_in = 300) =>
  Response.json({ access_token, token_type: 'Bearer', expires_in });
const refused = (status: number, code: string) => Response.json({ code, title: code, status, type: 'about:blank' }, { status });

describe('SessionStore', () => {
  it('asks nothing for a visitor who never signed in', async () => {
    const { session, calls } = setup([]);
    await session.restore();
    expect(await session.token()).toBeUndefined();
    expect(session.status()).toBe('anonymous');
    expect(calls).toEqual([]);
  });

  it('signs in with the cookie and keeps no token in storage', async () => {
    const { session, store, calls } = setup([tokens('t1')]);
    await session.signIn('ada@example.com', 'secret');
    expect(calls[0]).toEqual({ path: '/api/auth/login', body: { email: 'ada@example.com', password: 'secret', session: 'cookie' } });
    expect(await session.token()).toBe('t1');
    expect(store.read('pps.signed-in')).toBe('1');
  });

  it('reports a refused login and stays anonymous', async () => {
    const { session } = setup([refused(401, 'auth.invalid_credentials')]);
    await expect(session.signIn('a@b.c', 'x')).rejects.toMatchObject({ code: 'auth.invalid_credentials' });
    expect(session.status()).toBe('anonymous');
  });

  it('picks an earlier session up', async () => {
    const { session } = setup([tokens('t1')], { known: true });
    expect(session.status()).toBe('restoring');
    await session.restore();
    expect(session.status()).toBe('signed_in');
  });

  it('asks again while the server cannot be asked, and decides nothing meanwhile', async () => {
    const down = [new TypeError('offline'), refused(503, 'draining'), new TypeError('offline')];
    const { session, pauses, store } = setup([...down, tokens('t1')], { known: true });
    const seen: string[] = [];
    session.subscribe(() => seen.push(session.status()));
    await session.restore();
    expect(pauses).toEqual([500, 1000, 2000]);
    expect(seen).toEqual(['signed_in']);
    expect(store.read('pps.signed-in')).toBe('1');
  });

  it('renews a token shortly before its end', async () => {
    const { session, pass, calls } = setup([tokens('t1'), tokens('t2')]);
    await session.signIn('a@b.c', 'x');
    pass(275_000);
    expect(await session.token()).toBe('t1');
    pass(10_000);
    expect(await session.token()).toBe('t2');
    expect(calls).toHaveLength(2);
  });

  it('renews once for many that ask', async () => {
    const { session, calls } = setup([tokens('t1'), tokens('t2')]);
    await session.signIn('a@b.c', 'x');
    expect(await Promise.all([session.renew('t1'), session.renew('t1'), session.renew('t1')])).toEqual(['t2', 't2', 't2']);
    expect(await session.renew('t1')).toBe('t2');
    expect(calls).toHaveLength(2);
  });

  it('is over when the refresh is refused', async () => {
    const { session, store } = setup([refused(401, 'auth.refresh_invalid')], { known: true });
    await session.restore();
    expect(session.status()).toBe('anonymous');
    expect(store.read('pps.signed-in')).toBeNull();
  });

  it('does not sign out because the network is away', async () => {
    const { session, store, pass } = setup([tokens('t1'), new TypeError('offline'), tokens('t2')]);
    await session.signIn('a@b.c', 'x');
    pass(299_000);
    await expect(session.token()).rejects.toBeInstanceOf(NetworkError);
    expect(session.status()).toBe('signed_in');
    expect(store.read('pps.signed-in')).toBe('1');
    expect(await session.token()).toBe('t2');
  });

  it('follows a sign-out in another tab', async () => {
    const { session } = setup([tokens('t1')]);
    await session.signIn('a@b.c', 'x');
    session.storageChanged('pps.signed-in', null);
    expect(session.status()).toBe('anonymous');
    expect(await session.token()).toBeUndefined();
  });
});
