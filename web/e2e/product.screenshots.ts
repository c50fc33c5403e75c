import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { root } from './environment';
import { enter, unique } from './office';
import { expect, test } from './shop';

const folder = process.env.PPS_SCREENSHOTS ?? resolve(root, '../docs/screenshots');
const sizes = { wide: { width: 1440, height: 1000 }, narrow: { width: 390, height: 844 } };

/** A product with all that a merchant can say of one: photographs, options, a sale, an engraving, related products. */
test('pictures of a product that uses everything', async ({ page, browser, baseURL }) => {
  test.setTimeout(300_000);
  const slug = `mug-${unique()}`;
  await enter(page, '/import');
  await page.getByLabel('Only look what it would do').uncheck();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await chooser).setFiles({ name: 'mug.ndjson', mimeType: 'application/x-ndjson', buffer: Buffer.from(`${JSON.stringify(mug(slug))}\n`) });
  await expect(page.getByRole('heading', { name: 'Import Done' })).toBeVisible();
  const shown = (await (await page.request.get(`/api/products/by-slug/${slug}`)).json()) as { id: string };
  await page.getByRole('navigation', { name: 'Back office' }).getByRole('link', { name: 'Products' }).click();
  await page.goto(`/office/products/${shown.id}`);
  for (const [at, colour] of ['#c8553d', '#2d6a8e', '#3c7a57'].entries()) {
    const photo = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Add pictures' }).click();
    await (await photo).setFiles({ name: 'mug.png', mimeType: 'image/png', buffer: await drawn(page, colour) });
    await expect(page.getByLabel(`What picture ${at + 1} shows`)).toBeVisible();
  }
  await page.getByRole('button', { name: 'Compare version 1' }).click();

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({ baseURL, colorScheme, viewport, locale: 'en-GB', reducedMotion: 'reduce' });
      const tab = await context.newPage();
      const shoot = async (name: string) => {
        await expect(tab.getByRole('status', { name: 'Loading' })).toHaveCount(0);
        await tab.waitForLoadState('networkidle');
        await tab.screenshot({ path: `${folder}/${name}-${colorScheme}-${size}.png`, fullPage: true });
      };
      await tab.goto(`/products/${slug}`);
      await tab.getByRole('textbox', { name: 'Engraving' }).fill('For Ada');
      await shoot('product-offer');
      await enter(tab, `/products/${shown.id}`);
      await shoot('office-offer');
      await context.close();
    }
  }
});

function mug(slug: string): unknown {
  const variant = (size: string, colour: string, price: number) => ({
    sku: `${slug}-${size}-${colour}`.toLowerCase(),
    name: `${size}, ${colour}`,
    prices: { EUR: price },
    attributes: { size, colour },
    stock_tracked: false,
    ...(colour === 'rust' && { sales: [{ prices: { EUR: price - 500 }, until: '2099-12-24T18:00:00.000Z' }] }),
  });
  return {
    slug,
    name: 'Stoneware mug',
    summary: 'Thrown by hand, glazed twice, and made to be dropped once.',
    description: 'Each one is a little different.\n\n- Dishwasher safe\n- Holds 0.3 or 0.5 litres',
    brand: 'Kiln & Sons',
    kind: 'physical',
    status: 'active',
    categories: ['utilities'],
    attributes: { material: 'Stoneware' },
    options: ['size', 'colour'],
    related: ['gimp', 'inkscape', 'krita', 'blender'],
    customization_schema: {
      type: 'object',
      properties: { text: { type: 'string', title: 'Engraving', maxLength: 12, 'x-titles': { de: 'Gravur' } }, gift: { type: 'boolean', title: 'Wrap it as a gift', 'x-titles': { de: 'Als Geschenk verpacken' } } },
    },
    variants: [variant('S', 'rust', 1990), variant('S', 'sea', 1990), variant('L', 'rust', 2490), variant('L', 'moss', 2490)],
  };
}

/** A mug, drawn by the browser. */
async function drawn(page: Page, colour: string): Promise<Buffer> {
  const url = await page.evaluate((glaze) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 1000 });
    const on = canvas.getContext('2d');
    if (!on) throw new Error('no canvas');
    const wall = on.createLinearGradient(0, 0, 0, 1000);
    wall.addColorStop(0, '#efe8dc');
    wall.addColorStop(1, '#d9cdb8');
    on.fillStyle = wall;
    on.fillRect(0, 0, 1200, 1000);
    on.strokeStyle = glaze;
    on.lineWidth = 60;
    on.beginPath();
    on.ellipse(800, 480, 130, 160, 0, -1.5, 1.5);
    on.stroke();
    const side = on.createLinearGradient(380, 0, 800, 0);
    side.addColorStop(0, '#fff4');
    side.addColorStop(1, '#0004');
    for (const fill of [glaze, side]) {
      on.fillStyle = fill;
      on.beginPath();
      on.roundRect(390, 250, 410, 500, [20, 20, 90, 90]);
      on.fill();
    }
    return canvas.toDataURL('image/png');
  }, colour);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
