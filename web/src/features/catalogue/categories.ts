import type { Category } from '../../api/types';

/** A category's name; its slug, made readable, while the tree is not there. */
export function nameOf(slug: string, tree: readonly Category[] = []): string {
  return find(slug, tree)?.name ?? slug.replaceAll('-', ' ').replace(/^./, (first) => first.toUpperCase());
}

function find(slug: string, tree: readonly Category[]): Category | undefined {
  for (const category of tree) {
    const found = category.slug === slug ? category : find(slug, category.children);
    if (found) return found;
  }
  return undefined;
}
