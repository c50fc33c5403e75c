import { localStore, type TextStore } from '../../ui/storage';
import { localPath } from './localPath';

const key = 'pps.after-sign-up.v1';

/**
 * Where somebody who signs up came from. The link in the mail does not know it, and is opened in another tab; the basket is
 * kept in this browser alone, and so is the way back to it.
 */
export function keepPath(path: string, store: TextStore = localStore): void {
  if (path === '/') store.remove(key);
  else store.write(key, path);
}

/** What is stored may have been changed by hand: it leads to a path of this shop all the same. */
export function keptPath(store: TextStore = localStore): string {
  return localPath(store.read(key));
}
