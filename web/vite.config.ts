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

const backend = process.env.PPS_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), themeVariables()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/oauth2', '/.well-known', '/livez', '/readyz'].map((path) => [path, backend]),
    ),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
