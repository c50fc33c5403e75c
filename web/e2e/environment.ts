import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** web/ */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

export interface Demo {
  url: string;
  /** Folder under which the demo keeps the mails it sends, as a maildir. */
  mail: string;
}

export function demo(): Demo {
  const { PPS_URL: url, PPS_MAIL: mail } = process.env;
  if (!url || !mail) throw new Error('PPS_URL and PPS_MAIL must say where the demo is and where its mails are');
  return { url, mail };
}

/** How long the warehouse takes for each answer from now on. */
export async function slowWarehouse(milliseconds: number): Promise<void> {
  const { PPS_FULFILMENT_URL: url } = process.env;
  if (!url) throw new Error('PPS_FULFILMENT_URL must say where the warehouse is');
  const answer = await fetch(`${url}/_sim/faults`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ latency_ms: milliseconds }),
  });
  if (!answer.ok) throw new Error(`the warehouse: ${answer.status}`);
}

const waitMs = 15_000;

/** The link in the latest mail to an address. */
export async function linkInMailTo(address: string, path: string): Promise<string> {
  const { mail } = demo();
  for (const end = Date.now() + waitMs; Date.now() < end; ) {
    for (const text of mails(mail)) {
      const link = new RegExp(`https?://\\S+${path.replaceAll('/', '\\/')}\\?token=[A-Za-z0-9_.~%-]+`).exec(text)?.[0];
      if (text.toLowerCase().includes(address.toLowerCase()) && link) return link;
    }
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(`no mail to ${address} under ${mail}`);
}

/** Newest first; quoted-printable's soft line ends are taken out, so that links are whole. */
function mails(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?:^|\/)(?:new|cur)$/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .reverse()
    .map((path) => readFileSync(path, 'utf8').replace(/=\r?\n/g, '').replace(/=3D/g, '='));
}
