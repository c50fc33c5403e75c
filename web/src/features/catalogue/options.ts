import type { Variant } from '../../api/types';

/** The values that an option has among the variants, in the order of these. */
export function valuesOf(variants: readonly Variant[], option: string): string[] {
  return [...new Set(variants.map(({ attributes }) => attributes[option]).filter((value) => value !== undefined))];
}

/** The variant that differs from the chosen one in this option alone; undefined if there is none. */
function neighbour(variants: readonly Variant[], options: readonly string[], chosen: Variant, option: string, value: string): Variant | undefined {
  return variants.find(({ attributes }) => options.every((name) => attributes[name] === (name === option ? value : chosen.attributes[name])));
}

/** Whom one gets by choosing a value: the variant that keeps the other options or, where there is none, the first with the value. */
export function variantBy(variants: readonly Variant[], options: readonly string[], chosen: Variant, option: string, value: string): Variant | undefined {
  return neighbour(variants, options, chosen, option, value) ?? variants.find(({ attributes }) => attributes[option] === value);
}

/** Whether a value goes with the other options as they are chosen, and can be bought so. */
export function standing(variants: readonly Variant[], options: readonly string[], chosen: Variant, option: string, value: string): 'there' | 'out' | 'none' {
  const variant = neighbour(variants, options, chosen, option, value);
  if (!variant) return 'none';
  return variant.availability.status === 'out' ? 'out' : 'there';
}
