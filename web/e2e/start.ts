import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from './environment';

interface DemoLine {
  url: string;
  fulfilment_url: string;
  data: { pps: string };
}

const readyMs = 60_000;

/** All buyers of the tests come from one address and within minutes. */
const settings = ['--set', 'auth.address_per_minute=0'];

/** Starts a demo of its own, with fresh data on free ports, unless `PPS_URL` names one that runs. */
export default async function start(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.PPS_URL) return undefined;
  const binary = process.env.PPS_BINARY ?? resolve(root, '../build/release/pps');
  const data = mkdtempSync(join(tmpdir(), 'pps-e2e-'));
  const [port, paysim, fulfilment] = await Promise.all([freePort(), freePort(), freePort()]);
  const child = spawn(
    binary,
    ['demo', '--json', '--data', data, '--port', String(port), '--paysim-port', String(paysim), '--fulfilment-port', String(fulfilment), ...settings],
    { cwd: resolve(root, '..'), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((done) => child.once('exit', () => done()));

  const line = await new Promise<DemoLine>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`${binary} demo is not ready after ${readyMs / 1000} s`)), readyMs);
    child.once('error', fail);
    child.once('exit', (code) => fail(new Error(`${binary} demo ended with ${code ?? 'a signal'}`)));
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (!text.startsWith('{')) return;
      clearTimeout(timer);
      done(JSON.parse(text) as DemoLine);
    });
  });
  process.env.PPS_URL = line.url;
  process.env.PPS_FULFILMENT_URL = line.fulfilment_url;
  process.env.PPS_MAIL = line.data.pps;

  return async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true, force: true });
  };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) done(address.port);
        else fail(new Error('no port'));
      });
    });
  });
}
