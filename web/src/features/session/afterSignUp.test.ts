import { expect, it } from 'vitest';
import { memoryStore } from '../../ui/storage';
import { keepPath, keptPath } from './afterSignUp';

it('knows the way back of the latest sign-up', () => {
  const store = memoryStore();
  expect(keptPath(store)).toBe('/');
  keepPath('/checkout?a=1', store);
  expect(keptPath(store)).toBe('/checkout?a=1');
  keepPath('/', store);
  expect(keptPath(store)).toBe('/');
});

it('never leads out of the shop', () => {
  const store = memoryStore();
  keepPath('//evil.example', store);
  expect(keptPath(store)).toBe('/');
});
