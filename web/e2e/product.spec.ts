import type { Page } from '@playwright/test';
import { enter, unique } from './office';
import { expect, expectAccessible, expectStatus, giveCard, newAccount, signUp, test } from './shop';

interface Shirt {
  sku: string;
  size: string;
  colour: string;
}

/** Fills the form's variant at that place; each has a size and a colour. */
async function writeVariant(page: Page, at: number, { sku, size, colour }: Shirt): Promise<void> {
  const variant = page.getByRole('region', { name: 'Variants' }).locator('fieldset').nth(at);
  await variant.getByLabel('SKU').fill(sku);
  await variant.getByLabel('Name of the variant').fill(`${size} ${colour}`);
  await variant.getByLabel('Price, tax included').fill('29.90');
  for (const [number, [name, value]] of Object.entries(Object.entries({ size, colour }))) {
    await variant.getByRole('button', { name: 'Add to: Attributes' }).click();
    const attributes = variant.getByRole('group', { name: 'Attributes' });
    await attributes.getByLabel('Attribute', { exact: true }).nth(Number(number)).fill(name);
    await attributes.getByLabel('Value').nth(Number(number)).fill(value);
  }
  await variant.getByLabel('Keeps stock').uncheck();
}

/** A product of one variant, on sale, in the form and not saved yet. */
async function writeProduct(page: Page, slug: string): Promise<void> {
  await enter(page, '/products/new');
  await page.getByLabel('Name', { exact: true }).fill(slug);
  await page.getByLabel('Status').selectOption('On sale');
  await page.getByLabel('SKU').fill(slug);
  await page.getByLabel('Name of the variant').fill('One');
  await page.getByLabel('Price, tax included').fill('5');
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
}

test('a product with options and a sale is written, bought by its options, renamed, and restored', async ({ page }) => {
  const slug = `shirt-${unique()}`;
  await enter(page, '/products/new');
  await page.getByLabel('Name', { exact: true }).fill(slug);
  await page.getByLabel('Status').selectOption('On sale');
  await page.getByLabel('Options').fill('size, colour');
  await writeVariant(page, 0, { sku: `${slug}-1`, size: 'S', colour: 'red' });
  await page.getByRole('button', { name: 'Add a variant' }).click();
  await page.getByRole('region', { name: 'Variants' }).getByLabel('Currency').last().fill('EUR');
  await writeVariant(page, 1, { sku: `${slug}-2`, size: 'S', colour: 'red' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText(/have the same size, colour/)).toBeVisible();
  const second = page.getByRole('region', { name: 'Variants' }).locator('fieldset').nth(1);
  await second.getByLabel('Value').first().fill('M');
  await second.getByLabel('Value').last().fill('blue');
  await second.getByRole('button', { name: 'Add a sale' }).click();
  await second.getByLabel('Sale price, tax included').fill('31');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(second.getByText(/must be below/)).toBeVisible();
  await second.getByLabel('Sale price, tax included').fill('19.90');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/\/office\/products\/[0-9a-f-]{36}$/);
  const editor = page.url();

  await page.goto(`/products/${slug}`);
  await expect(page.getByRole('radio', { name: 'S' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'red' })).toBeChecked();
  await expect(page.getByText('€29.90').first()).toBeVisible();
  await page.getByRole('radio', { name: 'S' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'M' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'blue' })).toBeChecked();
  await expect(page.getByText('Sale price €19.90 Regular price €29.90').first()).toBeAttached();
  await expectAccessible(page);

  await page.goto(editor);
  await page.getByLabel('Slug').fill(`${slug}-new`);
  await save(page);
  await page.goto(`/products/${slug}`);
  await expect(page).toHaveURL(new RegExp(`/products/${slug}-new$`));

  await page.goto(editor);
  await page.getByLabel('In one sentence').fill('Not what it was');
  await expect(page.getByRole('button', { name: 'Compare version 1' })).toBeVisible();
  await save(page);
  await page.getByRole('button', { name: 'Compare version 1' }).click();
  await expect(page.getByRole('row', { name: `/slug ${slug} ${slug}-new` })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Restore version 1' }).click();
  await expect(page.getByText('Version 4')).toBeVisible();
  await expect(page.getByLabel('Slug')).toHaveValue(slug);
  await expect(page.getByLabel('In one sentence')).toHaveValue('');
});

test('pictures are added, shown in the shop, put in order and taken away', async ({ page }) => {
  const slug = `photo-${unique()}`;
  await writeProduct(page, slug);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/\/office\/products\/[0-9a-f-]{36}$/);
  const editor = page.url();

  const choose = async (...files: { name: string; mimeType: string; buffer: Buffer }[]) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add pictures' }).click();
    await (await chooser).setFiles(files);
  };
  await choose(
    { name: 'red.png', mimeType: 'image/png', buffer: await picture(page, 'crimson', 900, 600) },
    { name: 'blue.jpg', mimeType: 'image/jpeg', buffer: await picture(page, 'royalblue', 600, 900, 'image/jpeg') },
  );
  await expect(page.getByLabel('What picture 2 shows')).toBeVisible();
  await choose({ name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
  await expect(page.getByRole('alert').filter({ hasText: 'send a still picture' })).toBeVisible();
  await page.getByLabel('What picture 1 shows').fill('The red side');
  await page.getByLabel('What picture 1 shows').blur();
  await expect(page.getByText('Version 4')).toBeVisible();
  await page.getByRole('button', { name: 'Move picture 2 forward' }).click();
  await expect(page.getByLabel('What picture 2 shows')).toHaveValue('The red side');
  await expectAccessible(page);

  await page.goto(`/products/${slug}`);
  const gallery = page.getByRole('list', { name: 'Pictures' });
  await gallery.getByRole('button', { name: 'The red side' }).click();
  const large = page.locator('img[fetchpriority=high]');
  await expect(large).toHaveAttribute('alt', 'The red side');
  await expect.poll(() => large.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true);
  await expectAccessible(page);
  const kept = await page.request.get((await large.getAttribute('src')) ?? '');
  expect(kept.headers()['cache-control']).toContain('immutable');
  expect(kept.headers()['content-type']).toBe('image/webp');

  await page.goto(editor);
  await page.getByRole('button', { name: 'Take away picture 1' }).click();
  await expect(page.getByLabel('What picture 2 shows')).toHaveCount(0);
  await expect(page.getByLabel('What picture 1 shows')).toHaveValue('The red side');
});

/** A picture of one colour, drawn by the browser. */
async function picture(page: Page, colour: string, width: number, height: number, type = 'image/png'): Promise<Buffer> {
  const url = await page.evaluate(
    ([fill, wide, high, format]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: wide, height: high });
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      context.fillStyle = fill;
      context.fillRect(0, 0, wide, high);
      return canvas.toDataURL(format);
    },
    [colour, width, height, type] as const,
  );
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

test('what a buyer chooses goes from the form to the order', async ({ page, browser, baseURL }) => {
  const slug = `ring-${unique()}`;
  await writeProduct(page, slug);
  await page.getByRole('region', { name: 'Variants' }).getByLabel('Delivered as').selectOption('Licence key');
  await page.getByLabel('Keeps stock').uncheck();
  await page.getByRole('button', { name: 'Begin with an engraving' }).click();
  await expect(page.getByRole('textbox', { name: 'Engraving' })).toBeVisible(); // the form that buyers get
  await page.getByLabel('Schema of what').fill('{"type": "object", "properties": {"text": {"type": "string", "pattern": "x"}}}');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('/properties/text/pattern').first()).toBeVisible();
  await page.getByLabel('Schema of what').fill('{"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "title": "Engraving", "maxLength": 8}}}');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page).toHaveURL(/\/office\/products\/[0-9a-f-]{36}$/);

  const shop = await browser.newContext({ baseURL });
  const buyer = await shop.newPage();
  await signUp(buyer, newAccount());
  await buyer.goto(`/products/${slug}`);
  const add = buyer.getByRole('button', { name: 'Add to basket' });
  await add.click();
  await expect(buyer.getByText('Please fill this in.')).toBeVisible();
  await expectAccessible(buyer);
  const text = buyer.getByRole('textbox', { name: 'Engraving' });
  await text.fill('Far too long');
  await expect(buyer.getByText('At most 8 characters, please.')).toBeVisible();
  for (const name of ['Ada', 'Eve', 'Ada']) {
    await text.fill(name);
    await buyer.getByRole('button', { name: /Add to basket|In your basket/ }).click();
    await expect(buyer.getByRole('link', { name: /View basket/ })).toBeVisible();
  }
  await buyer.goto('/basket');
  await expect(buyer.getByText('Ada', { exact: true })).toHaveCount(1);
  await expect(buyer.getByText('Eve', { exact: true })).toHaveCount(1);
  await expectAccessible(buyer);
  await buyer.goto('/checkout');
  await giveCard(buyer);
  await expect(buyer.getByText('Eve', { exact: true })).toBeVisible();
  await buyer.getByRole('button', { name: /^Buy now for / }).click();
  await buyer.waitForURL('**/orders/*');
  await expectStatus(buyer, 'completed');
  await expect(buyer.getByText('Ada', { exact: true })).toBeVisible();
  await shop.close();
});
