import react from '@vitejs/plugin-react';
import {
  DEFAULT_THEME,
  convertCssVariables,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';
import { theme, variables } from './src/app/theme.ts';

/**
 * The theme's CSS variables as a style sheet. Mantine would write them into a `<style>` element at run time,
 * which a content security policy with `style-src 'self'` forbids.
 */
function themeVariables(): Plugin {
  const id = 'virtual:theme-variables.css';
  return {
    name: 'pps-theme-variables',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(source) {
      if (source !== `\0${id}`) return null;
      const merged = mergeMantineTheme(DEFAULT_THEME, theme);
      const base = defaultCssVariablesResolver(merged);
      return convertCssVariables({
        variables: { ...base.variables, ...variables.variables },
        light: { ...base.light, ...variables.light },
        dark: { ...base.dark, ...variables.dark },
      });
    },
  };
}

// What every page needs: the libraries, the parts of Mantine in the header and in most pages, our own small parts.
const mantine = 'ActionIcon|Alert|Button|CloseButton|Combobox|Input|InputBase|Loader|NativeSelect|Popover|Portal|Skeleton|TextInput|Transition|UnstyledButton';
const frame = [
  'node_modules/(react|react-dom|react-router|react-i18next|i18next|scheduler|clsx|openapi-fetch|@tanstack|@floating-ui)/',
  'node_modules/@mantine/(hooks|core/esm/core)/',
  `node_modules/@mantine/core/esm/components/(${mantine})/`,
  '/src/(api|ui)/',
];

const backend = process.env.PPS_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), themeVariables()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
    manifest: true,
    rolldownOptions: {
      output: {
        // One file: dozens of small ones compress worse and cost a request each.
        codeSplitting: {
          groups: [
            {
              name: 'frame',
              test: new RegExp(frame.join('|')),
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/oauth2', '/.well-known', '/livez', '/readyz'].map((path) => [path, backend]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
