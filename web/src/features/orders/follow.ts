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

/** Where events come from. */
export interface EventServer {
  open(id: string, lastId: string, signal: AbortSignal): Promise<Response>;
  /** The stream's token has ended: the next `open` takes another. Does not throw. */
  reauthenticate(): Promise<void>;
}

const shop: EventServer = {
  open: (id, lastId, signal) => {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (lastId !== '') headers['last-event-id'] = lastId;
    const path = `/api/purchases/${encodeURIComponent(id)}/events`;
    return authorizedFetch(new Request(path, { headers, cache: 'no-store', signal }));
  },
  reauthenticate: async () => {
    await session.renew(await session.token().catch(() => undefined)).catch(() => undefined);
  },
};

/**
 * Follows a purchase until its stream ends: reconnects after failures with growing pauses, from the last event seen, with a
 * fresh token if need be. Throws `ApiError` if the server refuses for good.
 */
export async function followPurchase(
  id: string,
  follower: Follower,
  signal: AbortSignal,
  server: EventServer = shop,
): Promise<void> {
  let lastId = '';
  let delay = firstDelayMs;
  while (!signal.aborted) {
    let outcome: 'end' | 'again' | 'lost' = 'lost';
    try {
      for await (const event of connect(server, id, lastId, signal, () => follower.onConnected(true))) {
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
      await server.reauthenticate();
    } else {
      await pause(delay * (0.5 + Math.random() / 2), signal);
      delay = Math.min(delay * 2, longestDelayMs);
    }
  }
}

async function* connect(
  server: EventServer,
  id: string,
  lastId: string,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<ServerEvent> {
  const silence = new AbortController();
  let watchdog = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await server.open(id, lastId, AbortSignal.any([signal, silence.signal]));
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
    const timer = setTimeout(done, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', done);
  });
}
