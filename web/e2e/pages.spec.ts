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
