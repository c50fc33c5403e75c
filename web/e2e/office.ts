import type { Page } from '@playwright/test';
import { expect, operator, signIn } from './shop';

/** Signs the operator in and goes to a room of the back office. */
export async function enter(page: Page, room = ''): Promise<void> {
  await page.goto(`/sign-in?next=${encodeURIComponent(`/office${room}`)}`);
  await signIn(page, operator);
  await expect(page.getByRole('navigation', { name: 'Back office' })).toBeVisible();
}

export const unique = (): string => Date.now().toString(36) + Math.random().toString(36).slice(2, 6);
