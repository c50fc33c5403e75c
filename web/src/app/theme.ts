import { Alert, Button, Checkbox, type ConvertCSSVariablesInput, createTheme, type MantineColorsTuple } from '@mantine/core';

const sans = "'Geist Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const display = "'Bricolage Grotesque Variable', 'Geist Variable', system-ui, sans-serif";
const mono = "ui-monospace, 'SF Mono', 'JetBrains Mono', Menlo, Consolas, monospace";

const pine: MantineColorsTuple = [
  '#edf7f2', '#d7ebe1', '#aed7c4', '#82c2a5', '#5fb48e',
  '#369a70', '#1c855b', '#0d6a4a', '#0a553c', '#06402d',
];
const gray: MantineColorsTuple = [
  '#faf8f5', '#f3f1ec', '#e8e5de', '#dad6cc', '#c2bdb1',
  '#a09b8f', '#68645c', '#56534c', '#3a3833', '#232220',
];
const dark: MantineColorsTuple = [
  '#e9ece8', '#c3c9c3', '#9da69f', '#737c76', '#3f4742',
  '#323935', '#222825', '#121614', '#0e110f', '#090b0a',
];

/** The shop's own face: pine green on warm paper by day, on green-black by night. Read at build time too (vite.config.ts). */
export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  respectReducedMotion: true,
  cursorType: 'pointer',
  defaultRadius: 'md',
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: { fontFamily: display, fontWeight: '650', textWrap: 'balance' },
  radius: { xs: '4px', sm: '8px', md: '12px', lg: '18px', xl: '28px' },
  colors: { pine, gray, dark },
  components: {
    // Mantine colours a light alert's title like its edge, which is too pale to read.
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
    Button: Button.extend({ defaultProps: { radius: 'xl' } }),
    Checkbox: Checkbox.extend({ defaultProps: { radius: 5 } }),
  },
});

/** Variables of our own, beside Mantine's. */
export const variables: ConvertCSSVariablesInput = {
  variables: {
    '--pps-font-display': display,
    '--pps-apricot': '#f4a259',
    '--pps-ease': 'cubic-bezier(0.2, 0.8, 0.2, 1)',
  },
  light: {
    '--mantine-color-body': '#fbfaf7',
    '--mantine-color-text': '#1d1c1a',
    '--mantine-color-anchor': pine[7],
    '--pps-surface': '#ffffff',
    '--pps-sunken': gray[1],
    '--pps-line': '#e6e2d9',
    '--pps-muted': gray[6],
    '--pps-accent': pine[7],
    '--pps-accent-soft': '#e4f1ea',
    '--pps-hero': '#0b3d2c',
    '--pps-hero-ink': '#f5f2e9',
    '--pps-sale': '#b02a1c',
    '--pps-warn': '#8f4a06',
    '--pps-warn-soft': '#fdf0e0',
    '--pps-bad': '#b3261e',
    // Of fields that were refused: Mantine's own is too pale to read.
    '--mantine-color-error': '#b3261e',
    '--pps-bad-soft': '#fcebe9',
    '--pps-shadow': '0 1px 2px rgb(40 36 24 / 6%), 0 10px 28px -12px rgb(40 36 24 / 18%)',
  },
  dark: {
    '--mantine-color-anchor': pine[3],
    '--pps-surface': '#1a1f1c',
    '--pps-sunken': '#0d100f',
    '--pps-line': '#2c332f',
    '--pps-muted': dark[2],
    '--pps-accent': pine[4],
    '--pps-accent-soft': '#15291f',
    '--pps-hero': '#0c2a20',
    '--pps-hero-ink': '#eef2ec',
    '--pps-sale': '#ff9c8a',
    '--pps-warn': '#f4b777',
    '--pps-warn-soft': '#2e2214',
    '--pps-bad': '#ff9d94',
    '--mantine-color-error': '#ff9d94',
    '--pps-bad-soft': '#331a18',
    '--pps-shadow': '0 1px 2px rgb(0 0 0 / 40%), 0 14px 34px -14px rgb(0 0 0 / 70%)',
  },
};
