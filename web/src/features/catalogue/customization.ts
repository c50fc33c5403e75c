import type { Customization, Product } from '../../api/types';

export interface Field {
  name: string;
  title: string;
  description?: string;
  type: 'string' | 'integer' | 'number' | 'boolean';
  required: boolean;
  choices?: readonly (string | number)[];
  default?: string | number | boolean;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
}

interface Property extends Omit<Field, 'name' | 'title' | 'required' | 'choices'> {
  title?: string;
  enum?: (string | number)[];
  'x-order'?: number;
  'x-titles'?: Record<string, string>;
}

/** The fields of the form that a product's schema describes, in their order. The server has checked that it describes one. */
export function fieldsOf(schema: Product['customization_schema'], language: string): Field[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Record<string, Property>; required?: string[] };
  return Object.entries(properties)
    .sort(([a, one], [b, other]) => (one['x-order'] ?? 1_000) - (other['x-order'] ?? 1_000) || (a < b ? -1 : 1))
    .map(([name, { title, enum: choices, 'x-titles': titles, ...rest }]) => ({
      ...rest,
      name,
      title: titles?.[language] ?? title ?? name.replaceAll('_', ' '),
      required: required.includes(name),
      ...(choices && { choices }),
    }));
}

/** What was typed, by the names of the fields; booleans as 'true' and ''. */
export type Answers = Readonly<Record<string, string>>;

export function defaultsOf(fields: readonly Field[]): Answers {
  return Object.fromEntries(fields.map(({ name, default: value }) => [name, value === undefined || value === false ? '' : String(value)]));
}

export type Fault = 'required' | 'short' | 'long' | 'number' | 'whole' | 'least' | 'most' | 'multiple';

/** What is wrong with an answer, if anything. */
export function faultOf(field: Field, text: string): Fault | undefined {
  if (field.type === 'boolean') return undefined;
  if (text.trim() === '') return field.required ? 'required' : undefined;
  if (field.type === 'string') {
    const length = Array.from(text.trim()).length; // as JSON Schema counts: code points
    if (field.minLength !== undefined && length < field.minLength) return 'short';
    if (field.maxLength !== undefined && length > field.maxLength) return 'long';
    return undefined;
  }
  const value = Number(text.replace(',', '.'));
  if (!Number.isFinite(value)) return 'number';
  if (field.type === 'integer' && !Number.isInteger(value)) return 'whole';
  if (field.minimum !== undefined && value < field.minimum) return 'least';
  if (field.maximum !== undefined && value > field.maximum) return 'most';
  if (field.multipleOf !== undefined && value % field.multipleOf !== 0) return 'multiple';
  return undefined;
}

/** What is sent; nothing where nothing was chosen. */
export function customizationOf(fields: readonly Field[], answers: Answers): Customization | undefined {
  const entries = fields.flatMap(({ name, type, required }): [string, unknown][] => {
    const text = (answers[name] ?? '').trim();
    if (type === 'boolean') return text === 'true' || required ? [[name, text === 'true']] : [];
    if (text === '') return [];
    return [[name, type === 'string' ? text : Number(text.replace(',', '.'))]];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
