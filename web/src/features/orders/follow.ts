import { authorizedFetch } from '../../api/client';
import { ApiError, toApiError } from '../../api/problem';
import { EventStreamParser, type ServerEvent } from '../../api/sse';
import { session } from '../session/session';

/** A stream without a byte for this long is dead: the server sends a comment every 15 s. */
const silenceMs = 40_000;
const firstDelayMs = 500;
const longestDelayMs = 15_000;

export interface Follower {
  /** `snapshot` and `timeline` events, in order. */
  onEvent(event: ServerEvent): void;
  /** Whether events are coming in right now. */
  onConnected(connected: boolean): void;
}

/**
 * Follows a purchase until its stream ends: reconnects after failures with growing pauses, from the last event seen, with a
 * fresh token if need be. Throws `ApiError` if the server refuses for good.
 */
export async function followPurchase(id: string, follower: Follower, signal: AbortSignal): Promise<void> {
  let lastId = '';
  let delay = firstDelayMs;
  while (!signal.aborted) {
    let outcome: 'end' | 'again' | 'lost' = 'lost';
    try {
      for await (const event of connect(id, lastId, signal, () => follower.onConnected(true))) {
        delay = firstDelayMs;
        if (event.id !== '') lastId = event.id;
        if (event.event === 'end' || event.event === 'reauthenticate') {
          outcome = event.event === 'end' ? 'end' : 'again';
          break;
        }
        follower.onEvent(event);
      }
    } catch (error) {
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
    }
    follower.onConnected(false);
    if (outcome === 'end') return;
    if (outcome === 'again') {
      await session.renew(await session.token().catch(() => undefined)).catch(() => undefined);
    } else {
      await pause(delay * (0.5 + Math.random() / 2), signal);
      delay = Math.min(delay * 2, longestDelayMs);
    }
  }
}

async function* connect(
  id: string,
  lastId: string,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<ServerEvent> {
  const silence = new AbortController();
  let watchdog = setTimeout(() => silence.abort(), silenceMs);
  const headers: Record<string, string> = { accept: 'text/event-stream' };
  if (lastId !== '') headers['last-event-id'] = lastId;
  try {
    const response = await authorizedFetch(
      new Request(`/api/purchases/${encodeURIComponent(id)}/events`, {
        headers,
        cache: 'no-store',
        signal: AbortSignal.any([signal, silence.signal]),
      }),
    );
    if (!response.ok || !response.body) {
      throw toApiError(response, await response.json().catch(() => undefined));
    }
    onOpen();
    const parser = new EventStreamParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watchdog);
      watchdog = setTimeout(() => silence.abort(), silenceMs);
      yield* parser.push(value);
    }
  } finally {
    clearTimeout(watchdog);
    silence.abort();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
