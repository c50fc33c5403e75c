import { enter, unique } from './office';
import { expect, expectAccessible, expectStatus, findProduct, giveCard, newAccount, operator, putInBasket, signIn, signUp, test } from './shop';

test('a shopper is told that the back office is closed', async ({ page }) => {
  await page.goto('/office');
  await expect(page).toHaveURL(/\/sign-in\?next=%2Foffice$/);
  await signUp(page, newAccount());
  await page.goto('/office');
  await expect(page.getByRole('heading', { name: 'The back office is closed to this account' })).toBeVisible();
  await expectAccessible(page);
});

test('an operator comes in by the account menu, and every room is accessible', async ({ page }) => {
  await page.goto('/sign-in');
  await signIn(page, operator);
  await page.getByRole('button', { name: 'Account' }).click();
  await page.getByRole('menuitem', { name: 'Back office' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
  await expectAccessible(page);
  for (const room of ['Products', 'Import and export', 'Search', 'Stock', 'Orders', 'Processes']) {
    await page.getByRole('navigation', { name: 'Back office' }).getByRole('link', { name: room }).click();
    await expect(page.getByRole('heading', { level: 1, name: room })).toBeVisible();
    await expect(page.getByRole('main').getByRole('status', { name: 'Loading' })).toHaveCount(0);
    await expectAccessible(page);
  }
});

test('a product is written, refused where it is wrong, published, changed and archived', async ({ page }) => {
  const name = `Lamp ${unique()}`;
  const sku = name.replace(' ', '-').toLowerCase();
  await enter(page, '/products');
  await page.getByRole('link', { name: 'New product' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await expect(page.getByLabel('Slug')).toHaveValue(sku);
  await page.getByLabel('In one sentence').fill('It shines');
  await page.getByLabel('Status').selectOption('On sale');
  await page.getByLabel('Price, tax included').fill('29.999');
  await page.getByLabel('Name of the variant').fill('One');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('A price is a number with no more decimals')).toBeVisible();
  await page.getByLabel('Price, tax included').fill('29.90');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'This was not done' })).toBeVisible();
  await expect(page.getByLabel('SKU')).toHaveAttribute('aria-invalid', 'true'); // the server names the field
  await expectAccessible(page);
  await page.getByLabel('SKU').fill(sku);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/\/office\/products\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  await page.getByLabel('In one sentence').fill('It shines brightly');
  await page.getByRole('link', { name: 'Overview' }).click();
  await expect(page.getByText('What you wrote is not saved')).toBeVisible();
  await page.getByRole('button', { name: 'Stay' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await page.goto(`/products/${sku}`);
  await expect(page.getByText('It shines brightly').first()).toBeVisible();
  await expect(page.getByText('€29.90').first()).toBeVisible();

  await page.goBack();
  await page.getByRole('button', { name: 'Archive' }).click();
  await page.getByRole('button', { name: 'Take it out of the shop?' }).click();
  await expect(page.getByText('Archived', { exact: true }).first()).toBeVisible();
});

test('two operators at one product lose nothing', async ({ page, context }) => {
  const name = `Chair ${unique()}`;
  const sku = name.replace(' ', '-').toLowerCase();
  await enter(page, '/products/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('SKU').fill(sku);
  await page.getByLabel('Name of the variant').fill('One');
  await page.getByLabel('Price, tax included').fill('5');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/\/office\/products\/[0-9a-f-]{36}$/);

  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByLabel('Maker').fill('Theirs');
  await other.getByRole('button', { name: 'Save' }).click();
  await expect(other.getByText('Saved', { exact: true })).toBeVisible();

  await page.getByLabel('Maker').fill('Mine');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Somebody else changed this product')).toBeVisible();
  await expect(page.getByLabel('Maker')).toHaveValue('Mine');
  await expect(page.getByRole('row', { name: '/brand Mine Theirs' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Keep mine' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await other.reload();
  await expect(other.getByLabel('Maker')).toHaveValue('Mine');
});

test('a file of products is brought, and wrong lines are named', async ({ page }) => {
  const slug = `import-${unique()}`;
  const good = { slug, name: slug, kind: 'licence', variants: [{ sku: slug, name: 'Licence', prices: { EUR: 100 }, stock_tracked: false }] };
  await enter(page, '/import');
  const choose = async (name: string, mimeType: string, text: string) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await (await chooser).setFiles({ name, mimeType, buffer: Buffer.from(text) });
  };
  const csv = `slug;name;kind;sku;price.EUR\n${slug};Lamp;physical;${slug};29,90\nx;X;physical;x;29,999\n`;
  await choose('products.csv', 'text/csv', csv);
  await expect(page.getByRole('heading', { name: 'What it would do' })).toBeVisible();
  await expect(page.getByTestId('import-created')).toHaveText('1');
  await expect(page.getByRole('cell', { name: '/variants/0/prices/EUR' })).toBeVisible();
  expect((await page.request.get(`/api/products/by-slug/${slug}`)).status()).toBe(404);
  await page.getByLabel('Only look what it would do').uncheck();
  await choose('products.ndjson', 'application/x-ndjson', `${JSON.stringify(good)}\n${JSON.stringify({ ...good, slug: 'Bad Slug' })}\n`);
  await expect(page.getByRole('heading', { name: 'Import Done' })).toBeVisible();
  await expect(page.getByTestId('import-created')).toHaveText('1');
  await expect(page.getByTestId('import-refused')).toHaveText('1');
  await expect(page.getByRole('cell', { name: '/slug' })).toBeVisible();
  await expectAccessible(page);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export every product' }).click();
  expect((await download).suggestedFilename()).toBe('products.ndjson');
});

test('what was searched in vain becomes a synonym, and a product is pinned', async ({ page }) => {
  const word = `zz${unique()}`;
  await page.goto(`/products?q=${word}`);
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await enter(page, '/search');
  await page.getByRole('button', { name: `Make a synonym for ${word}` }).click();
  const synonyms = page.getByRole('textbox', { name: 'Synonyms' });
  await expect(synonyms).toHaveValue(new RegExp(`${word} = `));
  await synonyms.fill((await synonyms.inputValue()).replace(`${word} = `, `${word} = gimp`));
  await page.getByRole('region', { name: 'Synonyms' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('region', { name: 'Synonyms' }).getByRole('button', { name: 'Save' })).toBeDisabled();

  const { items } = (await (await page.request.get('/api/products?limit=1&sort=-created_at')).json()) as { items: { slug: string; name: string }[] };
  const [pinned] = items;
  if (!pinned) throw new Error('the shop sells nothing');
  const pins = page.getByRole('textbox', { name: 'Pinned products' });
  await pins.fill(`${word} = ${pinned.slug}`);
  await page.getByRole('region', { name: 'Pinned products' }).getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('region', { name: 'Pinned products' }).getByRole('button', { name: 'Save' })).toBeDisabled();
  await expect(pins).toHaveValue(`${word} = ${pinned.slug}`);
  await page.goto(`/products?q=${word}`);
  await expect(page.getByRole('article').first()).toContainText(pinned.name);
});

test('goods are received once, and stock is seen', async ({ page }) => {
  const { items } = (await (await page.request.get('/api/products?kind=physical&limit=1')).json()) as { items: { variants: { sku: string; kind: string }[] }[] };
  const sku = items[0]?.variants.find(({ kind }) => kind === 'physical')?.sku;
  if (sku === undefined) throw new Error('the shop keeps no stock');
  await enter(page, '/stock');
  await page.getByLabel('SKU').fill(sku);
  await page.getByRole('button', { name: 'Show' }).click();
  const onHand = page.getByTestId('stock-on_hand');
  const before = Number(await onHand.textContent());
  await page.getByLabel('Units received').fill('7');
  await page.getByLabel('Note').last().fill('from the harbour');
  await page.getByRole('button', { name: 'Book' }).click();
  await expect(onHand).toHaveText(String(before + 7));
  await expect(page.getByRole('cell', { name: 'from the harbour' })).toBeVisible();

  await page.getByLabel('Low at or below').fill(String(before + 7));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('navigation', { name: 'Back office' }).getByRole('link', { name: 'Stock' }).click();
  await page.getByRole('region', { name: 'Low stock' }).getByRole('link', { name: sku }).click();
  await expect(onHand).toHaveText(String(before + 7));
  await page.getByLabel('What').selectOption('Correction');
  await page.getByLabel('Units more').fill('-100000000');
  await page.getByRole('button', { name: 'Book' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
});

test('an order is followed in the back office, and called off by keyboard', async ({ page, browser, baseURL }) => {
  const licence = await findProduct(page, 'licence');
  await signUp(page, newAccount());
  await page.goto(`/products/${licence.slug}`);
  await putInBasket(page, licence);
  await page.goto('/checkout');
  await giveCard(page, '4000 0027 6000 3184');
  await page.getByRole('button', { name: /^Buy now for / }).click();
  await page.waitForURL('**/orders/*');
  await expectStatus(page, 'awaiting_payment');
  const order = new URL(page.url()).pathname;

  const office = await browser.newContext({ baseURL });
  const desk = await office.newPage();
  await enter(desk);
  await desk.getByRole('region', { name: 'Latest orders' }).first().locator(`a[href="/office${order}"]`).focus();
  await desk.keyboard.press('Enter');
  await expect(desk).toHaveURL(`/office${order}`);
  await expect(desk.getByText(/^Now at: /)).toBeVisible();
  await desk.getByRole('region', { name: 'Facts' }).getByRole('link').click();
  await expect(desk.getByRole('region', { name: 'Orders' }).getByRole('link')).toHaveCount(1); // the account's only one
  await desk.getByRole('button', { name: /^Only of account / }).click();
  await expect(desk).toHaveURL(/\/office\/orders$/);
  await desk.goto(`/office${order}`);
  await expect(desk.getByText(/^Now at: /)).toBeVisible();
  await expectAccessible(desk);
  await desk.getByRole('navigation', { name: 'Back office' }).getByRole('link', { name: 'Processes' }).click();
  await expect(desk.getByRole('region', { name: 'Running' }).first().getByRole('link').first()).toBeVisible();
  await expectAccessible(desk);
  await desk.goBack();
  await desk.getByRole('button', { name: 'Call off' }).focus();
  await desk.keyboard.press('Enter');
  await desk.keyboard.press('Enter');
  await expect(desk.getByText('Cancelled', { exact: true }).first()).toBeVisible({ timeout: 30_000 });
  await expectStatus(page, 'cancelled');
  await office.close();
});

test('the back office speaks German', async ({ page }) => {
  await enter(page, '/products');
  await page.goto('/');
  await page.getByLabel('Language').selectOption('de');
  await page.goto('/office/products');
  await expect(page.getByRole('heading', { level: 1, name: 'Produkte' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Neues Produkt' })).toBeVisible();
});
