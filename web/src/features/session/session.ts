import type { TokenResponse } from '../../api/types';
import { isTransient, NetworkError, toApiError } from '../../api/problem';
import { localStore, type TextStore } from '../../ui/storage';

export type SessionStatus = 'restoring' | 'anonymous' | 'signed_in';

/** Says only that a refresh cookie was set once, so that visitors who never signed in are not asked for one. */
const marker = 'pps.signed-in';
/** An access token this close to its end is renewed before it is used. */
const marginMs = 20_000;
const firstPauseMs = 500;
const lastPauseMs = 8_000;

interface Held {
  token: string;
  endsAt: number;
}

/**
 * Who is signed in. The access token lives in this object's memory only; the refresh token is an HttpOnly cookie that no
 * script can read. Tabs share the cookie, so a refresh is done by one tab at a time.
 */
export class SessionStore {
  private held: Held | undefined;
  private renewing: Promise<string | undefined> | undefined;
  private current: SessionStatus;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly store: TextStore,
    private readonly fetcher: typeof fetch,
    private readonly now: () => number = Date.now,
    private readonly sleep: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms)),
  ) {
    this.current = store.read(marker) === null ? 'anonymous' : 'restoring';
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly status = (): SessionStatus => this.current;

  /** A token good for a while yet; undefined if nobody is signed in. */
  async token(): Promise<string | undefined> {
    if (this.held && this.held.endsAt - this.now() > marginMs) return this.held.token;
    return this.current === 'anonymous' ? undefined : this.renew(this.held?.token);
  }

  /** A new token in place of `refused`; undefined if the session is over. Throws `NetworkError` if it cannot be known. */
  async renew(refused?: string): Promise<string | undefined> {
    if (this.held && this.held.token !== refused && this.held.endsAt > this.now()) return this.held.token;
    this.renewing ??= this.exclusively(() => this.refresh()).finally(() => {
      this.renewing = undefined;
    });
    return this.renewing;
  }

  /** Picks up the session of an earlier visit. While the server cannot be asked, nobody knows: it is asked again. */
  async restore(): Promise<void> {
    for (let pause = firstPauseMs; this.current === 'restoring'; pause = Math.min(pause * 2, lastPauseMs)) {
      try {
        await this.renew();
        return;
      } catch (error) {
        if (!isTransient(error)) this.become('anonymous');
        else await this.sleep(pause);
      }
    }
  }

  async signIn(email: string, password: string): Promise<void> {
    const response = await this.post('/api/auth/login', { email, password, session: 'cookie' });
    if (!response.ok) throw toApiError(response, await body(response));
    this.take((await response.json()) as TokenResponse);
  }

  /** The cookie says which session; an access token need not be there or good any more. */
  async signOut(): Promise<void> {
    const token = this.held?.token;
    this.forget();
    await this.post('/api/auth/logout', undefined, token).catch(() => undefined);
  }

  /** Another tab signed in or out. */
  storageChanged(key: string | null, value: string | null): void {
    if (key !== marker) return;
    if (value === null) this.forget();
    else if (this.current === 'anonymous') {
      this.become('restoring');
      void this.restore();
    }
  }

  private async refresh(): Promise<string | undefined> {
    const response = await this.post('/api/auth/refresh', {});
    if (response.status === 401 || response.status === 403) {
      this.forget();
      return undefined;
    }
    if (!response.ok) throw toApiError(response, await body(response));
    return this.take((await response.json()) as TokenResponse);
  }

  private take(tokens: TokenResponse): string {
    this.held = { token: tokens.access_token, endsAt: this.now() + tokens.expires_in * 1000 };
    this.store.write(marker, '1');
    this.become('signed_in');
    return tokens.access_token;
  }

  private forget(): void {
    this.held = undefined;
    this.store.remove(marker);
    this.become('anonymous');
  }

  private become(status: SessionStatus): void {
    if (this.current === status) return;
    this.current = status;
    for (const listener of this.listeners) listener();
  }

  private async post(path: string, json: unknown, token?: string): Promise<Response> {
    const headers: Record<string, string> = {};
    if (json !== undefined) headers['content-type'] = 'application/json';
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    const init: RequestInit = { method: 'POST', headers, credentials: 'same-origin' };
    if (json !== undefined) init.body = JSON.stringify(json);
    try {
      return await this.fetcher(path, init);
    } catch (cause) {
      throw new NetworkError('the server cannot be reached', { cause });
    }
  }

  private async exclusively<T>(action: () => Promise<T>): Promise<T> {
    // Web Locks exist on secure origins only; elsewhere the server's grace for the previous refresh token has to do.
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    return locks ? await locks.request('pps.refresh', action) : action();
  }
}

async function body(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}

export const session = new SessionStore(localStore, (input, init) => fetch(input, init));
