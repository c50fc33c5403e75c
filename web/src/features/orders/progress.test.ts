import { describe, expect, it } from 'vitest';
import type { Purchase, PurchaseStatus, TimelineEntry } from '../../api/types';
import { isCancellable, isFinal, later, progress, stages, withEntry, type StageState } from './progress';

const entry = (seq: number, step: string, status: TimelineEntry['status'], more: Partial<TimelineEntry> = {}): TimelineEntry => ({
  seq,
  at: `2026-01-05T12:00:00.${String(seq).padStart(3, '0')}Z`,
  step,
  status,
  ...more,
});

const purchase = (status: PurchaseStatus, timeline: TimelineEntry[] = []): Purchase => ({
  id: '01941f29-7c00-7000-8000-000000000001',
  status,
  total: { amount: 2900, currency: 'EUR' },
  created_at: '2026-01-05T12:00:00.000Z',
  updated_at: '2026-01-05T12:00:00.000Z',
  lines: [],
  timeline,
  refunds: [],
  attention: false,
});

describe('progress', () => {
  const cases: [PurchaseStatus, TimelineEntry[], StageState[]][] = [
    ['accepted', [], ['active', 'waiting', 'waiting', 'waiting', 'waiting']],
    ['payment_processing', [], ['done', 'active', 'waiting', 'waiting', 'waiting']],
    ['in_review', [], ['done', 'active', 'waiting', 'waiting', 'waiting']],
    ['capturing', [], ['done', 'done', 'done', 'active', 'waiting']],
    ['releasing', [], ['done', 'done', 'done', 'done', 'active']],
    ['completed', [], ['done', 'done', 'done', 'done', 'done']],
    [
      'failed',
      [entry(1, 'reserve', 'completed'), entry(2, 'authorize', 'failed', { detail: 'payment.declined' }), entry(3, 'reserve', 'undone')],
      ['undone', 'failed', 'waiting', 'waiting', 'waiting'],
    ],
    [
      'cancelled',
      [entry(1, 'reserve', 'completed'), entry(2, 'authorize', 'completed'), entry(3, 'cancel', 'completed')],
      ['undone', 'undone', 'waiting', 'waiting', 'waiting'],
    ],
    [
      'compensating',
      [entry(1, 'reserve', 'completed'), entry(2, 'prepare', 'started'), entry(3, 'cancel', 'started')],
      ['undone', 'undone', 'undone', 'waiting', 'waiting'],
    ],
  ];
  it.each(cases)('%s', (status, timeline, expected) => {
    const states = progress(purchase(status, timeline));
    expect(stages.map((stage) => states[stage])).toEqual(expected);
  });
});

it('can be cancelled until the money is taken', () => {
  const open: PurchaseStatus[] = ['accepted', 'reserving', 'awaiting_payment', 'payment_processing', 'in_review', 'preparing'];
  const closed: PurchaseStatus[] = ['capturing', 'releasing', 'completed', 'compensating', 'cancelled', 'failed'];
  expect(open.every(isCancellable)).toBe(true);
  expect(closed.some(isCancellable)).toBe(false);
  expect(closed.filter(isFinal)).toEqual(['completed', 'cancelled', 'failed']);
});

describe('withEntry', () => {
  it('takes an entry and its status over', () => {
    const next = withEntry(purchase('accepted'), entry(1, 'reserve', 'started', { purchase_status: 'reserving' }));
    expect(next.status).toBe('reserving');
    expect(next.timeline).toHaveLength(1);
  });

  it('ignores what it has, and keeps the order', () => {
    const base = purchase('reserving', [entry(1, 'reserve', 'started'), entry(3, 'authorize', 'started')]);
    expect(withEntry(base, entry(3, 'authorize', 'started'))).toBe(base);
    expect(withEntry(base, entry(2, 'reserve', 'completed')).timeline.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});

it('later prefers the copy that has seen more', () => {
  const old = purchase('accepted', [entry(1, 'purchase', 'started')]);
  const young = purchase('reserving', [entry(1, 'purchase', 'started'), entry(2, 'reserve', 'started')]);
  expect(later(young, old)).toBe(young);
  expect(later(old, young)).toBe(young);
  expect(later(undefined, old)).toBe(old);
});
