import type { Locator, Page } from '@playwright/test';
import { expect, expectAccessible, findProduct, test } from './shop';

test('a page that is not there says so', async ({ page }) => {
  for (const path of ['/nothing-here', '/products/no-such-product']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1, name: 'There is nothing here' })).toBeVisible();
    await expectAccessible(page);
  }
});

test('a search stands in the address bar', async ({ page }) => {
  await page.goto('/products');
  const total = page.getByRole('status').filter({ hasText: /products?$/ });
  await expect(total).toBeVisible();
  const all = await total.textContent();
  await page.getByRole('group', { name: 'Category' }).getByRole('checkbox').first().click();
  await expect(page).toHaveURL(/category=/);
  await expect(total).not.toHaveText(all ?? '');
  const filtered = await total.textContent();
  await page.reload();
  await expect(total).toHaveText(filtered ?? '');
  await page.goBack();
  await expect(page).not.toHaveURL(/category=/);
  await expect(total).toHaveText(all ?? '');
});

test('nothing found is said kindly', async ({ page }) => {
  await page.goto('/products?q=zzzzqqqqxxxxjjjj');
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await expectAccessible(page);
});

test('a wrong password is refused in words', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(`nobody.${Date.now().toString(36)}@example.com`);
  await page.getByLabel('Password', { exact: true }).fill('not the password at all');
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('E-mail address or password is wrong.');
  await expectAccessible(page);
});

test('the shop can be used by keyboard alone', async ({ page }) => {
  await page.goto('/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Browse everything' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products$/);
});

/** From where the focus is, onwards. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const focused = () => target.evaluate((element) => element === document.activeElement);
  await expect(target).toBeVisible();
  for (let pressed = 0; pressed < 40 && !(await focused()); ++pressed) await page.keyboard.press('Tab');
  await expect(target).toBeFocused();
}

test('from a search to the checkout by keyboard alone', async ({ page }) => {
  const product = await findProduct(page, 'licence');
  await page.goto('/');
  await tabTo(page, page.getByRole('combobox', { name: 'Search products' }).or(page.getByRole('searchbox', { name: 'Search products' })));
  await page.keyboard.type(product.name);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/products\?q=/);
  await page.keyboard.press('Escape');
  await tabTo(page, page.getByRole('main').locator(`a[href="/products/${product.slug}"]`).first());
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: product.name })).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Add to basket' }));
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('link', { name: 'View basket' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: product.name })).toBeVisible();
  await tabTo(page, page.getByRole('link', { name: 'Go to checkout' }));
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/sign-in\?next=%2Fcheckout$/);
});

test('search engines read what a product is and costs', async ({ page }) => {
  const { slug, name } = await findProduct(page, 'licence');
  await page.goto(`/products/${slug}`);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  const text = await page.locator('script[type="application/ld+json"]').textContent({ timeout: 5_000 });
  const data = JSON.parse(text ?? '') as { offers: { price: string }[] };
  expect(data).toMatchObject({ '@context': 'https://schema.org', '@type': 'Product', name, url: page.url() });
  expect(data.offers[0]?.price).toMatch(/^\d+\.\d\d$/);
});

test('tiles of a row are of one height, and a website can be followed', async ({ page }) => {
  await page.goto('/');
  const tiles = page.locator('section[aria-labelledby=categories]').getByRole('listitem').getByRole('link');
  await expect(tiles.first()).toBeVisible();
  const rows = new Map<number, Set<number>>();
  for (const tile of await tiles.all()) {
    const box = await tile.boundingBox();
    if (box) rows.set(Math.round(box.y), (rows.get(Math.round(box.y)) ?? new Set()).add(Math.round(box.height)));
  }
  expect(rows.size).toBeGreaterThan(1);
  expect([...rows.values()].map((heights) => heights.size)).toEqual([...rows].map(() => 1));

  const { slug } = await findProduct(page, 'licence');
  const { attributes } = (await (await page.request.get(`/api/products/by-slug/${slug}`)).json()) as { attributes: Record<string, string> };
  const website = Object.values(attributes).find((value) => value.startsWith('https://')) ?? '';
  expect(website).not.toBe('');
  await page.goto(`/products/${slug}`);
  await expect(page.getByRole('link', { name: website, exact: true })).toHaveAttribute('href', website);
});

test('what was looked at before is one step away', async ({ page }) => {
  const licence = await findProduct(page, 'licence');
  await page.goto(`/products/${licence.slug}`);
  await expect(page.getByRole('heading', { level: 1, name: licence.name })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Recently seen' })).toHaveCount(0);
  await page.getByRole('region', { name: 'You may also like' }).getByRole('link').first().click();
  await expect(page.getByRole('heading', { level: 1, name: licence.name })).toHaveCount(0);
  await expectAccessible(page);
  await page.getByRole('region', { name: 'Recently seen' }).getByRole('link', { name: licence.name }).click();
  await expect(page.getByRole('heading', { level: 1, name: licence.name })).toBeVisible();
});

test('lists do not jump while they are fetched', async ({ page }) => {
  await page.addInitScript(() => {
    const seen = { shift: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.shift += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  const { slug } = await findProduct(page, 'licence');
  for (const path of ['/', '/products', `/products/${slug}`]) {
    await page.goto(path);
    await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    const { shift } = await page.evaluate(() => (window as unknown as { seen: { shift: number } }).seen);
    expect(shift, path).toBeLessThan(0.1); // what Web Vitals calls good
  }
});

test('who asked for less motion gets none', async ({ page }) => {
  const { slug } = await findProduct(page, 'licence');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const path of ['/', `/products/${slug}`]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const moving = await page.evaluate(() => {
      const long = (times: string) => times.split(',').some((time) => parseFloat(time) * (time.trim().endsWith('ms') ? 1 : 1000) > 1);
      return [...document.querySelectorAll('*')]
        .filter((element) => {
          const { animationDuration, transitionDuration } = getComputedStyle(element);
          return long(animationDuration) || long(transitionDuration);
        })
        .map((element) => element.className);
    });
    expect(moving, path).toEqual([]);
  }
});

test('a chosen scheme and language stay', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Switch to dark colours' }).click();
  await page.getByLabel('Language').selectOption('de');
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('button', { name: 'Zu hellen Farben wechseln' })).toBeVisible();
  await expectAccessible(page);
});

test.describe('in dark colours', () => {
  test.use({ colorScheme: 'dark' });
  test('pages are as readable', async ({ page }) => {
    const { slug } = await findProduct(page, 'licence');
    for (const path of ['/', '/products', `/products/${slug}`, '/basket', '/sign-in', '/sign-up']) {
      await page.goto(path);
      await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
      await expectAccessible(page);
    }
  });
});

for (const width of [320, 768, 1920]) {
  test(`nothing sticks out at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    for (const path of ['/', '/products', '/basket', '/sign-in', '/sign-up']) {
      await page.goto(path);
      await expect(page.getByRole('contentinfo')).toBeVisible();
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over, path).toBeLessThanOrEqual(0);
    }
  });
}
