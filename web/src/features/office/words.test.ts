import { expect, it } from 'vitest';
import { pinsText, readPins, readSynonyms, synonymsText } from './words';

it('synonyms are lines', () => {
  const text = 'buchhaltung = accounting, personal finance\nlamp = lantern';
  expect(readSynonyms(text)).toEqual({
    items: [
      { word: 'buchhaltung', means: ['accounting', 'personal finance'] },
      { word: 'lamp', means: ['lantern'] },
    ],
  });
  expect(synonymsText(readSynonyms(text))).toBe(text);
});

it('a line that is not finished is sent as it is, for the server to refuse', () => {
  expect(readSynonyms('\n lamp =\n alone \n')).toEqual({ items: [{ word: 'lamp', means: [] }, { word: 'alone', means: [] }] });
});

it('pinned products are lines', () => {
  const text = 'photo editor = gimp, nowhere';
  const pins = { items: [{ query: 'photo editor', products: ['01941f29-7c00-7000-8000-000000000001', 'nowhere'] }] };
  expect(readPins(text, { gimp: '01941f29-7c00-7000-8000-000000000001' })).toEqual(pins);
  expect(pinsText(pins, { '01941f29-7c00-7000-8000-000000000001': 'gimp' })).toBe(text);
});
