import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NetworkError } from '../../api/problem';
import { followPurchase } from './follow';

const silent = Symbol('a stream that says nothing');
type Answer = string | Response | Error | typeof silent;

/** A server that gives its answers one after the other and remembers what it was asked. */
function setup(...answers: Answer[]) {
  const asked: string[] = [];
  const events: string[] = [];
  const connected: boolean[] = [];
  let renewals = 0;
  const stop = new AbortController();
  const followed = followPurchase(
    'p1',
    { onEvent: ({ event, data }) => events.push(`${event} ${data}`), onConnected: (on) => connected.push(on) },
    stop.signal,
    {
      open: (_id, lastId, signal) => {
        asked.push(lastId);
        const answer = answers.shift();
        if (answer === undefined) throw new Error('asked too often');
        if (answer instanceof Error) return Promise.reject(answer);
        if (answer instanceof Response) return Promise.resolve(answer);
        if (answer === silent) return Promise.resolve(new Response(silence(signal)));
        return Promise.resolve(new Response(answer));
      },
      reauthenticate: () => {
        renewals++;
        return Promise.resolve();
      },
    },
  );
  return { asked, events, connected, stop, followed, renewals: () => renewals };
}

/** A body that never says anything, and breaks when the request is given up. */
function silence(signal: AbortSignal): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => signal.addEventListener('abort', () => controller.error(new Error('aborted'))),
  });
}

const entry = (seq: number) => `id: ${seq}\nevent: timeline\ndata: ${seq}\n\n`;
const end = 'event: end\ndata: {}\n\n';

describe('followPurchase', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('gives events until the end, and asks no more', async () => {
    const { followed, events, asked, connected } = setup(entry(1) + entry(2) + end);
    await vi.runAllTimersAsync();
    await followed;
    expect(events).toEqual(['timeline 1', 'timeline 2']);
    expect(asked).toEqual(['']);
    expect(connected).toEqual([true, false]);
  });

  it('goes on from the last event after a broken stream, an error and a busy server', async () => {
    const busy = new Response('{"code":"overloaded"}', { status: 503 });
    const { followed, events, asked } = setup(entry(1), new NetworkError('gone'), busy, entry(2) + end);
    await vi.runAllTimersAsync();
    await followed;
    expect(events).toEqual(['timeline 1', 'timeline 2']);
    expect(asked).toEqual(['', '1', '1', '1']);
  });

  it('comes back at once with a new token when the old one has ended', async () => {
    const { followed, asked, renewals } = setup(`${entry(3)}event: reauthenticate\ndata: {}\n\n`, end);
    await vi.advanceTimersByTimeAsync(0);
    await followed;
    expect(asked).toEqual(['', '3']);
    expect(renewals()).toBe(1);
  });

  it('takes a silent stream for dead', async () => {
    const { followed, asked } = setup(silent, end);
    await vi.advanceTimersByTimeAsync(39_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    await followed;
    expect(asked).toHaveLength(2);
  });

  it('gives up when the server refuses for good', async () => {
    const { followed } = setup(new Response('{"code":"purchase.not_found"}', { status: 404 }));
    await expect(followed).rejects.toMatchObject({ status: 404, code: 'purchase.not_found' });
  });

  it('stops when nobody looks any more', async () => {
    const { followed, stop, asked } = setup(silent);
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort();
    await vi.runAllTimersAsync();
    await followed;
    expect(asked).toHaveLength(1);
  });

  it('waits longer and longer between failures', async () => {
    const { asked, stop } = setup(...Array.from({ length: 12 }, () => new NetworkError('gone')));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBeGreaterThanOrEqual(7);
    expect(asked.length).toBeLessThanOrEqual(11);
    stop.abort();
    await vi.runAllTimersAsync();
  });
});
