/** The end of an id, by which people can tell their orders apart (its beginning is the time). */
export function shortNumber(id: string): string {
  return `#${id.slice(-6).toUpperCase()}`;
}
