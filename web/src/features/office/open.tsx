import { openMessages } from '../../messages/i18n';

/** The back office with its messages: fetched by who opens it, no part of the shop's first page. */
export async function open() {
  const [{ Office }] = await Promise.all([import('./Office'), openMessages('office')]);
  return { Component: Office };
}
