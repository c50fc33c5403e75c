import { expect, it } from 'vitest';
import { memoryStore } from '../../ui/storage';
import { forgetSeen, noteSeen, seenProducts } from './seen';

const slugs = (store: ReturnType<typeof memoryStore>) => seenProducts(store).map(({ slug }) => slug);

it('keeps the latest first, each once, and few', () => {
  const store = memoryStore();
  for (const slug of ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g', 'h']) noteSeen({ slug, name: slug }, store);
  expect(slugs(store)).toEqual(['h', 'g', 'f', 'e', 'd', 'c', 'a']);
  forgetSeen(store);
  expect(slugs(store)).toEqual([]);
});

it.each(['', '{', '{}', '[null,{"slug":1},{"slug":"a"}]'])('reads %j as nothing', (text) => {
  const store = memoryStore();
  store.write('pps.seen.v1', text);
  expect(slugs(store)).toEqual([]);
});
