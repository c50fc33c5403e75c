import { linkInMailTo } from './environment';
import { expect, findProduct, newAccount, putInBasket, register, signIn, signUp, test, watch } from './shop';

test('who signs up at the checkout is back there after the mail, with the basket', async ({ page, context, troubles }) => {
  const product = await findProduct(page, 'licence');
  const account = newAccount();
  await page.goto(`/products/${product.slug}`);
  await putInBasket(page, product);
  await page.goto('/basket');
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await page.getByRole('main').getByRole('link', { name: 'Create account' }).click();
  await register(page, account);

  const tab = await context.newPage(); // as a mail program does
  await watch(tab, troubles);
  await tab.goto(await linkInMailTo(account.email, '/verify-email'));
  await expect(tab.getByText('Your address is confirmed')).toBeVisible();
  await tab.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
  await signIn(tab, account);
  await expect(tab).toHaveURL(/\/checkout$/);
  await expect(tab.getByRole('heading', { level: 1, name: 'Checkout' })).toBeVisible();
  await expect(tab.getByRole('link', { name: 'Basket, 1 item' })).toBeVisible();
});

test('what was looked at is forgotten by signing out, and by nothing else', async ({ page }) => {
  const { slug, name } = await findProduct(page, 'licence');
  const kept = () => page.evaluate(() => localStorage.getItem('pps.seen.v1'));
  await page.goto(`/products/${slug}`);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await signUp(page, newAccount());
  expect(await kept()).toContain(slug);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
  await expect.poll(kept).toBeNull();
});
