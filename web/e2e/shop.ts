import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';
import { linkInMailTo } from './environment';

export interface Account {
  name: string;
  email: string;
  password: string;
}

/** A page on which nothing may go wrong unseen: script errors and breaches of the content security policy fail the test. */
export const test = base.extend<{ troubles: string[] }>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from the pattern
  troubles: async ({}, use) => {
    const troubles: string[] = [];
    await use(troubles);
    expect(troubles).toEqual([]);
  },
  page: async ({ page, troubles }, use) => {
    await watch(page, troubles);
    await use(page);
  },
});

export { expect };

export async function watch(page: Page, troubles: string[]): Promise<void> {
  page.on('pageerror', (error) => troubles.push(`script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.text().startsWith('policy:')) troubles.push(message.text());
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
      console.log(`policy: ${violatedDirective} ${blockedURI} ${sample}`);
    });
  });
}

/** No serious or critical finding of axe-core on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} ${failureSummary ?? ''}`).join('\n  ')}`);
  expect(serious, page.url()).toEqual([]);
}

/** The demo's, who runs the shop. */
export const operator: Account = { name: 'Otto Operator', email: 'operator@example.com', password: 'keep the shop well stocked' };

export function newAccount(): Account {
  const unique = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  return { name: 'Ada Lovelace', email: `ada.${unique}@example.com`, password: `loom engine ${unique}` };
}

/** Opens an account through the page, confirms it by the mail, and signs in. */
export async function signUp(page: Page, account: Account, each: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.goto('/sign-up');
  await register(page, account, each);
  await page.goto(await linkInMailTo(account.email, '/verify-email'));
  await expect(page.getByText('Your address is confirmed')).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await signIn(page, account, each);
}

/** On the sign-up page. */
export async function register(page: Page, account: Account, each: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.getByLabel('Your name').fill(account.name);
  await page.getByLabel('E-mail address').fill(account.email);
  await page.getByLabel('Password', { exact: true }).fill(account.password);
  await each();
  await page.getByRole('main').getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Check your inbox' })).toBeVisible();
}

/** On the sign-in page. */
export async function signIn(page: Page, { email, password }: Account, each: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await each();
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: 'Account' })).toBeVisible();
}

interface Found {
  id: string;
  name: string;
  slug: string;
  variant: string;
}

/** Some product that can be bought now as a given kind. */
export async function findProduct(page: Page, kind: 'licence' | 'physical'): Promise<Found> {
  const response = await page.request.get(`/api/products?kind=${kind}&available=true&limit=20`);
  expect(response.ok()).toBe(true);
  const { items } = (await response.json()) as {
    items: { id: string; name: string; slug: string; variants: { name: string; kind: string; availability: { status: string } }[] }[];
  };
  for (const { id, name, slug, variants } of items) {
    const variant = variants.find((one) => one.kind === kind && one.availability.status !== 'out');
    if (variant) return { id, name, slug, variant: variant.name };
  }
  throw new Error(`the demo sells nothing of kind ${kind}`);
}

/** On a product's page. */
export async function putInBasket(page: Page, { variant }: Found): Promise<void> {
  await page.getByRole('radio', { name: variant }).first().check();
  await page.getByRole('button', { name: 'Add to basket' }).click();
  await expect(page.getByRole('button', { name: 'In your basket' })).toBeVisible();
}

/** From the checkout to the provider's page and back, with one of Stripe's test cards. */
export async function giveCard(page: Page, number = '4242 4242 4242 4242'): Promise<void> {
  const shop = new URL(page.url()).origin;
  await page.getByRole('button', { name: 'Continue to card details' }).click();
  await page.waitForURL((url) => url.origin !== shop);
  await page.locator('[name=card_number]').fill(number);
  await page.locator('[name=expiry]').fill('12 / 34');
  await page.locator('[name=cvc]').fill('123');
  await page.locator('[name=name]').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save card' }).click();
  await page.waitForURL((url) => url.origin === shop && url.pathname === '/checkout');
}

/** On the order's page: waits until it says so by itself. */
export async function expectStatus(page: Page, status: string): Promise<void> {
  await expect(page.getByTestId('order-headline')).toHaveAttribute('data-status', status, { timeout: 60_000 });
}
