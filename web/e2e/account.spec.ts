import { linkInMailTo } from './environment';
import { expect, findProduct, newAccount, putInBasket, register, signIn, test, watch } from './shop';

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
