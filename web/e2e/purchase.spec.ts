import { slowWarehouse } from './environment';
import { expect, expectAccessible, expectStatus, findProduct, giveCard, newAccount, putInBasket, signIn, signUp, test } from './shop';

test('search, sign up, buy, watch, and own a licence key', async ({ page }) => {
  const check = () => expectAccessible(page);
  const product = await findProduct(page, 'licence');
  const account = newAccount();

  await test.step('find a product by its name', async () => {
    await page.goto('/');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'New arrivals' })).toBeVisible();
    await check();
    await page.getByRole('combobox', { name: 'Search products' }).or(page.getByRole('searchbox', { name: 'Search products' })).fill(product.name);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/products\?q=/);
    await expect(page.getByRole('link', { name: product.name, exact: true }).first()).toBeVisible();
    await check();
    await page.locator(`a[href="/products/${product.slug}"]`).first().click();
    await expect(page.getByRole('heading', { level: 1, name: product.name })).toBeVisible();
    await check();
  });

  await test.step('put it in the basket, which a reload keeps', async () => {
    await putInBasket(page, product);
    await page.getByRole('link', { name: 'Basket, 1 item' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: product.name })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('listitem').filter({ hasText: product.name })).toBeVisible();
    await check();
  });

  await test.step('open an account', () => signUp(page, account, check));

  let total = '';
  await test.step('give a card on the provider\'s page', async () => {
    await page.goto('/checkout');
    await expect(page.getByRole('heading', { name: 'Payment' })).toBeVisible();
    await check();
    await giveCard(page);
    await expect(page.getByText(/ending in 4242|Your card is ready/)).toBeVisible();
    expect(new URL(page.url()).search).toBe('');
    await check();
  });

  await test.step('buy, and see it through to the end without a reload', async () => {
    const buy = page.getByRole('button', { name: /^Buy now for / });
    total = ((await buy.textContent()) ?? '').replace('Buy now for ', '');
    await buy.click();
    await page.waitForURL('**/orders/*');
    await expectStatus(page, 'completed');
    await expect(page.getByText('Delivered', { exact: true }).first()).toBeVisible();
    await expect(page.getByText(total).first()).toBeVisible();
    await expect(page.locator('.djs-container svg').first()).toBeVisible();
    await check();
    await expect(page.getByRole('link', { name: 'Basket, 0 items' })).toBeVisible();
  });

  await test.step('find the licence key in the library, also after a reload', async () => {
    await page.getByRole('link', { name: 'Open your library' }).click();
    const card = page.getByRole('listitem').filter({ hasText: product.name });
    const key = await card.getByTestId('licence-key').textContent();
    expect(key?.trim().length).toBeGreaterThan(8);
    await check();
    await page.reload();
    await expect(card.getByTestId('licence-key')).toHaveText(key ?? '');
  });

  await test.step('find the order in the list', async () => {
    await page.goto('/orders');
    await expect(page.getByRole('article').filter({ hasText: product.name })).toContainText('Completed');
    await check();
  });

  await test.step('sign out, and in again', async () => {
    await page.goto('/account');
    await expect(page.getByText(account.email)).toBeVisible();
    await check();
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
    await page.goto('/library');
    await expect(page).toHaveURL(/\/sign-in\?next=%2Flibrary/);
    await signIn(page, account);
    await expect(page).toHaveURL(/\/library$/);
  });
});

test('the order page follows the purchase while it happens', async ({ page }) => {
  const product = await findProduct(page, 'licence');
  await page.goto(`/products/${product.slug}`);
  await putInBasket(page, product);
  await signUp(page, newAccount());
  await page.goto('/checkout');
  await giveCard(page);
  await slowWarehouse(2_500);
  try {
    await page.getByRole('button', { name: /^Buy now for / }).click();
    await page.waitForURL('**/orders/*');
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));
    await expectStatus(page, 'preparing');
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    const diagram = page.locator('.djs-container');
    await expect(diagram.locator('.djs-element.pps-active').first()).toBeVisible();
    const passed = await diagram.locator('.djs-element.pps-passed').count();
    await expectStatus(page, 'releasing');
    await expectStatus(page, 'completed');
    await expect(diagram.locator('.djs-element.pps-active')).toHaveCount(0);
    expect(await diagram.locator('.djs-element.pps-passed').count()).toBeGreaterThan(passed);
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true); // nothing was loaded anew
    await expect(page.getByText('Live', { exact: true })).toHaveCount(0);
  } finally {
    await slowWarehouse(0);
  }
});

test('a declined card ends the order with nothing charged', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  const product = await findProduct(page, 'licence');
  await page.goto(`/products/${product.slug}`);
  await putInBasket(page, product);
  await signUp(page, newAccount());
  await page.goto('/checkout');
  await giveCard(page, '4000 0000 0000 0341');
  await page.getByRole('button', { name: /^Buy now for / }).click();
  await page.waitForURL('**/orders/*');
  await expectStatus(page, 'failed');
  await expect(page.getByText('Nothing was charged')).toBeVisible();
  await expect(page.locator('.djs-container svg').first()).toBeVisible();
  await expectAccessible(page);
  await page.goto('/library');
  await expect(page.getByText('Nothing here yet')).toBeVisible();
});

test('who was declined buys the same with another card', async ({ page }) => {
  const product = await findProduct(page, 'licence');
  const order = async (card: string) => {
    await page.goto(`/products/${product.slug}`);
    await putInBasket(page, product);
    await page.goto('/checkout');
    await giveCard(page, card);
    await page.getByRole('button', { name: /^Buy now for / }).click();
    await page.waitForURL('**/orders/*');
    return page.url();
  };
  await signUp(page, newAccount());
  const declined = await order('4000 0000 0000 0341');
  await expectStatus(page, 'failed');
  await page.getByRole('link', { name: 'Continue shopping' }).click();
  const paid = await order('4242 4242 4242 4242');
  expect(paid).not.toBe(declined);
  await expectStatus(page, 'completed');
  await page.goto('/library');
  await expect(page.getByRole('heading', { name: product.name })).toBeVisible();
  await page.goto(declined);
  await expectStatus(page, 'failed');
});

test('a boxed copy asks for an address and shows its tracking number', async ({ page }) => {
  const product = await findProduct(page, 'physical');
  await page.goto(`/products/${product.slug}`);
  await putInBasket(page, product);
  await signUp(page, newAccount());
  await page.goto('/checkout');
  await page.getByLabel('Full name').fill('Ada Lovelace');
  await page.getByLabel('Street and number').fill("12 St James's Square");
  await page.getByLabel('Postal code').fill('SW1Y 4JH');
  await page.getByLabel('Town').fill('London');
  await page.getByLabel('Country').selectOption('GB');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await giveCard(page);
  await expect(page.getByText("12 St James's Square")).toBeVisible();
  await page.getByRole('button', { name: /^Buy now for / }).click();
  await page.waitForURL('**/orders/*');
  await expectStatus(page, 'completed');
  await expect(page.getByText(/^Tracking number \S+/)).toBeVisible();
});
