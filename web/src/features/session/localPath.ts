/** Where to go after signing in: a path of this shop only, so that no link can send a buyer elsewhere. */
export function localPath(text: string | null): string {
  if (text === null || !text.startsWith('/')) return '/';
  try {
    const url = new URL(text, 'http://shop.invalid');
    return url.origin === 'http://shop.invalid' ? url.pathname + url.search + url.hash : '/';
  } catch {
    return '/';
  }
}
