import { describe, expect, it } from 'vitest';
import { customizationOf, defaultsOf, faultOf, fieldsOf } from './customization';

const schema = {
  type: 'object',
  required: ['text'],
  properties: {
    gift: { type: 'boolean' },
    font: { type: 'string', enum: ['serif', 'sans'], default: 'serif', 'x-order': 2 },
    text: { type: 'string', title: 'Engraving', minLength: 2, maxLength: 5, 'x-order': 1, 'x-titles': { de: 'Gravur' } },
    size: { type: 'integer', minimum: 4, maximum: 12, multipleOf: 2 },
  },
};
const fields = fieldsOf(schema, 'en');
const field = (name: string) => {
  const found = fields.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe('the form of a schema', () => {
  it('has its fields in their order, named in the language', () => {
    expect(fields.map(({ name }) => name)).toEqual(['text', 'font', 'gift', 'size']);
    expect(field('text').title).toBe('Engraving');
    expect(fieldsOf(schema, 'de')[0]?.title).toBe('Gravur');
    expect(fieldsOf(undefined, 'en')).toEqual([]);
  });

  it('begins with what the schema proposes', () => {
    expect(defaultsOf(fields)).toEqual({ text: '', font: 'serif', gift: '', size: '' });
  });

  it.each([
    ['text', '', 'required'],
    ['text', ' ', 'required'],
    ['text', 'a', 'short'],
    ['text', 'abcdef', 'long'],
    ['text', '🎁🎁🎁🎁🎁', undefined],
    ['size', '', undefined],
    ['size', 'x', 'number'],
    ['size', '4.5', 'whole'],
    ['size', '2', 'least'],
    ['size', '14', 'most'],
    ['size', '5', 'multiple'],
    ['size', '8', undefined],
  ])('says of %s "%s": %s', (name, text, fault) => {
    expect(faultOf(field(name), text)).toBe(fault);
  });

  it('sends what was chosen, each of its type', () => {
    expect(customizationOf(fields, { text: ' Ada ', font: 'sans', gift: 'true', size: '8' })).toEqual({ text: 'Ada', font: 'sans', gift: true, size: 8 });
    expect(customizationOf(fields, { text: '', font: '', gift: '', size: '' })).toBeUndefined();
  });
});
