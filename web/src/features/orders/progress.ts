import type { Purchase, PurchaseStatus, TimelineEntry } from '../../api/types';

/** The steps a buyer is shown, in order. `prepare` covers the commit of the holds, `deliver` the release of the lines. */
export const stages = ['reserve', 'authorize', 'prepare', 'capture', 'deliver'] as const;
export type Stage = (typeof stages)[number];
export type StageState = 'waiting' | 'active' | 'done' | 'failed' | 'undone';

const stageOfStatus: Partial<Record<PurchaseStatus, number>> = {
  accepted: 0,
  reserving: 0,
  awaiting_payment: 1,
  payment_processing: 1,
  in_review: 1,
  preparing: 2,
  capturing: 3,
  releasing: 4,
};

const stageOfStep: Record<string, number> = {
  reserve: 0,
  authorize: 1,
  prepare: 2,
  commit_hold: 2,
  capture: 3,
  release: 4,
};

export const finalStatuses: readonly PurchaseStatus[] = ['completed', 'cancelled', 'failed'];

export function isFinal(status: PurchaseStatus): boolean {
  return finalStatuses.includes(status);
}

/** Until the money is being taken. The server has the last word (409 `purchase.not_cancellable`). */
export function isCancellable(status: PurchaseStatus): boolean {
  return (stageOfStatus[status] ?? 5) < 3;
}

/** How far a purchase is, stage by stage. */
export function progress(purchase: Pick<Purchase, 'status' | 'timeline'>): Record<Stage, StageState> {
  const { status, timeline } = purchase;
  const reached = furthest(timeline);
  const state = (index: number): StageState => {
    if (status === 'completed') return 'done';
    const current = stageOfStatus[status];
    if (current !== undefined) return index < current ? 'done' : index === current ? 'active' : 'waiting';
    // Being undone, or undone: what had been reached is taken back, and where it broke is marked.
    if (index > reached) return 'waiting';
    return index === reached && status !== 'cancelled' && broke(timeline) ? 'failed' : 'undone';
  };
  return Object.fromEntries(stages.map((stage, index) => [stage, state(index)])) as Record<Stage, StageState>;
}

function furthest(timeline: readonly TimelineEntry[]): number {
  return timeline.reduce((most, { step }) => Math.max(most, stageOfStep[step] ?? -1), -1);
}

function broke(timeline: readonly TimelineEntry[]): boolean {
  return !timeline.some(({ step, detail }) => step === 'cancel' || detail === 'customer.cancelled');
}

/** The purchase with one more entry of its timeline; an entry seen before changes nothing. */
export function withEntry(purchase: Purchase, entry: TimelineEntry): Purchase {
  if (purchase.timeline.some(({ seq }) => seq === entry.seq)) return purchase;
  return {
    ...purchase,
    status: entry.purchase_status ?? purchase.status,
    updated_at: entry.at,
    timeline: [...purchase.timeline, entry].sort((a, b) => a.seq - b.seq),
  };
}

/** Of two copies the one that knows more; answers may arrive out of order. */
export function later(a: Purchase | undefined, b: Purchase): Purchase {
  if (!a) return b;
  return (a.timeline.at(-1)?.seq ?? 0) > (b.timeline.at(-1)?.seq ?? 0) ? a : b;
}
