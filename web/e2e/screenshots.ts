import { resolve } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { root } from './environment';
import { expectStatus, findProduct, giveCard, newAccount, operator, putInBasket, signIn, signUp, test } from './shop';

const folder = process.env.PPS_SCREENSHOTS ?? resolve(root, '../docs/screenshots');
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
const account = newAccount();

/** One purchase, then its pages and the shop's in both schemes and two widths. Not a test: it fails only if a page does. */
test('pictures of the shop', async ({ page, browser, baseURL }) => {
  test.setTimeout(300_000);
  await page.goto('/');
  const licence = await findProduct(page, 'licence');
  await signUp(page, account);
  await page.goto(`/products/${licence.slug}`);
  await putInBasket(page, licence);
  await page.goto('/checkout');
  await giveCard(page);
  await page.getByRole('button', { name: /^Buy now for / }).click();
  await page.waitForURL('**/orders/*');
  await expectStatus(page, 'completed');
  const order = new URL(page.url()).pathname;

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ baseURL, colorScheme, viewport, locale: 'en-GB', reducedMotion: 'reduce' });
      const tab = await context.newPage();
      const shoot = (name: string) => picture(tab, `${name}-${colorScheme}-${size}`);
      const pages = { home: '/', search: '/products?q=editor', product: `/products/${licence.slug}` };
      for (const [name, path] of Object.entries(pages)) {
        await tab.goto(path);
        await shoot(name);
      }
      await putInBasket(tab, licence);
      await tab.goto('/basket');
      await shoot('basket');
      await tab.goto('/sign-in?next=/checkout');
      await shoot('sign-in');
      await signIn(tab, account);
      await expect(tab.getByRole('heading', { name: 'Payment' })).toBeVisible();
      await shoot('checkout');
      for (const [name, path] of Object.entries({ order, orders: '/orders', library: '/library', account: '/account' })) {
        await tab.goto(path);
        await shoot(name);
      }
      await context.close();
    }
  }
});

test('pictures of the back office', async ({ page, browser, baseURL }) => {
  test.setTimeout(300_000);
  for (const words of ['fotobuch', 'quantum ledger']) await page.request.get(`/api/products?q=${words}`);
  const { id, variants } = ((await (await page.request.get('/api/products?kind=physical&limit=1')).json()) as {
    items: [{ id: string; variants: { sku: string; kind: string }[] }];
  }).items[0];
  const sku = variants.find(({ kind }) => kind === 'physical')?.sku ?? '';
  const rooms = {
    desk: '',
    products: '/products',
    product: `/products/${id}`,
    import: '/import',
    search: '/search',
    stock: `/stock?sku=${encodeURIComponent(sku)}`,
    orders: '/orders',
    processes: '/processes',
  };
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ baseURL, colorScheme, viewport, locale: 'en-GB', reducedMotion: 'reduce' });
      const tab = await context.newPage();
      await tab.goto('/sign-in?next=/office');
      await signIn(tab, operator);
      for (const [name, path] of Object.entries(rooms)) {
        await tab.goto(`/office${path}`);
        await expect(tab.getByRole('heading', { level: 1 })).toBeVisible();
        await picture(tab, `office-${name}-${colorScheme}-${size}`);
      }
      await tab.goto('/office/orders');
      await tab.getByRole('region', { name: 'Orders' }).getByRole('link').first().click();
      await expect(tab.getByRole('heading', { level: 1, name: /^Order #/ })).toBeVisible();
      await picture(tab, `office-order-${colorScheme}-${size}`);
      await context.close();
    }
  }
});

async function picture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  await page.screenshot({ path: `${folder}/${name}.png` });
}
