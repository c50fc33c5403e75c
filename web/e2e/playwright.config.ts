import { defineConfig } from '@playwright/test';
import { root } from './environment';

export default defineConfig({
  testDir: '.',
  outputDir: `${root}/test-results`,
  globalSetup: './start.ts',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: [['list']],
  projects: [
    { name: 'shop', testMatch: /.*\.spec\.ts/ },
    { name: 'screenshots', testMatch: /screenshots\.ts/ },
  ],
  use: {
    baseURL: process.env.PPS_URL,
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.PPS_CHROMIUM ?? '/usr/bin/chromium',
      // Chromium's sandbox does not start as root, which is what containers run as.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
});
