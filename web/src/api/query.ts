type Value = string | number | boolean;

/**
 * Query parameters as openapi.yaml styles them: arrays repeat their name (but `facets`, which is comma-separated),
 * and an object's members are parameters of their own (`attr.NAME`).
 */
export function serializeQuery(query: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    if (Array.isArray(value)) {
      const items = value as Value[];
      if (name === 'facets') {
        if (items.length > 0) out.append(name, items.join(','));
      } else {
        for (const item of items) out.append(name, String(item));
      }
    } else if (typeof value === 'object') {
      for (const [key, member] of Object.entries(value as Record<string, Value>)) out.append(key, String(member));
    } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      out.append(name, String(value));
    }
  }
  return out.toString();
}
