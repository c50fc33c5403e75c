export interface Device {
  browser: string;
  system: string;
  mobile: boolean;
}

// Order matters: most browsers also claim to be the ones further down.
const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(?:e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

/** A guess at what a browser called itself, good enough to recognise one's own devices. */
export function deviceOf(userAgent: string): Device | undefined {
  const browser = browsers.find(([words]) => words.test(userAgent))?.[1];
  const system = systems.find(([words]) => words.test(userAgent))?.[1];
  if (browser === undefined || system === undefined) return undefined;
  return { browser, system, mobile: /Android|iPhone|Mobile/.test(userAgent) };
}
