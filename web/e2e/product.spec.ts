import type { Page } from '@playwright/test';
import { enter, unique } from './office';
import { expect, expectAccessible, test } from './shop';

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
