import type { Page } from '@playwright/test';
import { slowWarehouse } from './environment';
import { expect, expectAccessible, expectStatus, findProduct, giveCard, newAccount, putInBasket, signUp, test } from './shop';

/** Somebody new, with something in the basket and a card, just before the last button. */
async function readyToBuy(page: Page, card?: string): Promise<{ id: string }> {
  const product = await findProduct(page, 'licence');
  await page.goto(`/products/${product.slug}`);
  await putInBasket(page, product);
  await signUp(page, newAccount());
  await page.goto('/checkout');
  await giveCard(page, card);
  return product;
}

async function buy(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Buy now for / }).click();
  await page.waitForURL('**/orders/*');
}

test('an order can be called off while it is prepared', async ({ page }) => {
  await readyToBuy(page);
  await slowWarehouse(2_500);
  try {
    await buy(page);
    await expectStatus(page, 'preparing');
    await page.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await expectStatus(page, 'cancelled');
    await expect(page.getByText('You cancelled it. Nothing was charged.')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Cancel order' })).toHaveCount(0);
    await expectAccessible(page);
  } finally {
    await slowWarehouse(0);
  }
});

test('a bank that asks is answered, and the order goes on by itself', async ({ page }) => {
  await readyToBuy(page, '4000 0027 6000 3184');
  await buy(page);
  await expectStatus(page, 'awaiting_payment');
  await expectAccessible(page);
  const shop = new URL(page.url()).origin;
  await page.getByRole('link', { name: 'Confirm with your bank' }).click();
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await page.waitForURL((url) => url.origin === shop && url.pathname.startsWith('/orders/'));
  await expectStatus(page, 'completed');
});

test('a bank that is told no ends the order with nothing charged', async ({ page }) => {
  await readyToBuy(page, '4000 0027 6000 3184');
  await buy(page);
  await expectStatus(page, 'awaiting_payment');
  const shop = new URL(page.url()).origin;
  await page.getByRole('link', { name: 'Confirm with your bank' }).click();
  await page.getByRole('button', { name: 'Fail authentication' }).click();
  await page.waitForURL((url) => url.origin === shop && url.pathname.startsWith('/orders/'));
  await expectStatus(page, 'failed');
  await expect(page.getByText('Nothing was charged').first()).toBeVisible();
});

test('a price that changes meanwhile is told before anything is bought', async ({ page }) => {
  const { id } = await readyToBuy(page);
  const button = page.getByRole('button', { name: /^Buy now for / });
  await expect(button).toBeVisible(); // what the buyer sees is the old price
  const priced = await raisePrices(page, id, 100);
  try {
    await button.click();
    await expect(page.getByText(/^The price has changed: it is \S+/)).toBeVisible();
    await expect(page).toHaveURL(/\/checkout/);
    await buy(page);
    await expectStatus(page, 'completed');
  } finally {
    await priced.back();
  }
});

test('the whole way in German', async ({ page }) => {
  const product = await findProduct(page, 'licence');
  await page.goto('/');
  await page.getByLabel('Language').selectOption('de');
  await page.goto(`/products/${product.slug}`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('radio').first().check();
  await page.getByRole('button', { name: 'In den Warenkorb' }).click();
  await page.goto('/basket');
  await expect(page.getByRole('heading', { level: 1, name: 'Warenkorb' })).toBeVisible();
  await expectAccessible(page);
  await page.goto('/sign-up');
  await expect(page.getByRole('main').getByRole('button', { name: 'Konto anlegen' })).toBeVisible();
  await page.getByLabel('Sprache').selectOption('en');
  await signUp(page, newAccount());
  await page.getByLabel('Language').selectOption('de');
  await page.goto('/checkout');
  const shop = new URL(page.url()).origin;
  await page.getByRole('button', { name: 'Weiter zur Karteneingabe' }).click();
  await page.waitForURL((url) => url.origin !== shop);
  await page.locator('[name=card_number]').fill('4242 4242 4242 4242');
  await page.locator('[name=expiry]').fill('12 / 34');
  await page.locator('[name=cvc]').fill('123');
  await page.locator('[name=name]').fill('Ada Lovelace');
  await page.getByRole('button', { name: 'Save card' }).click();
  await page.waitForURL((url) => url.origin === shop && url.pathname === '/checkout');
  await page.getByRole('button', { name: /^Jetzt kaufen für / }).click();
  await page.waitForURL('**/orders/*');
  await expectStatus(page, 'completed');
  await expectAccessible(page);
});

interface AdminProduct {
  product: { variants: { prices: Record<string, number> }[] };
}

/** Every variant of a product costs so many cents more from now on. */
async function raisePrices(page: Page, id: string, cents: number): Promise<{ back: () => Promise<void> }> {
  const login = await page.request.post('/api/auth/login', { data: { email: 'operator@example.com', password: 'keep the shop well stocked' } });
  expect(login.status()).toBe(200);
  const headers = { authorization: `Bearer ${((await login.json()) as { access_token: string }).access_token}` };
  const change = async (by: number): Promise<void> => {
    const answer = await page.request.get(`/api/admin/products/${id}`, { headers });
    expect(answer.status(), await answer.text()).toBe(200);
    const { product } = (await answer.json()) as AdminProduct;
    for (const { prices } of product.variants) for (const currency in prices) prices[currency] = (prices[currency] ?? 0) + by;
    const put = await page.request.put(`/api/admin/products/${id}`, { headers: { ...headers, 'if-match': answer.headers()['etag'] ?? '' }, data: product });
    expect(put.status(), await put.text()).toBe(200);
  };
  await change(cents);
  return { back: () => change(-cents) };
}
