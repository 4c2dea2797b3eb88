import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { fail } from '../config/index.js';
import { studioApp } from './studio-app.js';

/** Options of {@link startStudio}. */
export interface StudioOptions {
  /** Folder of the runs; `results` if absent. */
  readonly resultsDir?: string;
  /** 8137 if absent; 0 takes a free one. */
  readonly port?: number;
  /** Address to listen on; this machine only (127.0.0.1) if absent. */
  readonly host?: string;
}

/** A studio that runs. */
export interface Studio {
  /** Where to point a browser. */
  readonly url: string;
  readonly port: number;
  /** Stops it; resolves when its port is free again. */
  close(): Promise<void>;
}

const loopback = ['127.0.0.1', 'localhost', '[::1]', '::1'];

/**
 * Serves the runs of a results folder as live pages. It has no password: unless another host is named it listens to this
 * machine only, and then answers only requests that name this machine.
 *
 * @throws USAGE when the address cannot be listened on
 * @example
 * const studio = await startStudio({ resultsDir: 'results' });
 * console.error(studio.url); // http://127.0.0.1:8137/
 */
export async function startStudio(options: StudioOptions = {}): Promise<Studio> {
  const { resultsDir = 'results', port = 8137, host = '127.0.0.1' } = options;
  const app = studioApp({ resultsDir, ...(loopback.includes(host) && { allowedHosts: loopback }) });
  const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const starting = serve({ fetch: app.fetch, port, hostname: host }, () => resolve(starting));
    starting.once('error', (error) => reject(error));
  }).catch((error: NodeJS.ErrnoException) => failToListen(host, port, error));
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    port: bound,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

/** What the system says of a port or of a host, and what to try then. */
const refusals: Readonly<Record<string, { found: string; blame: 'port' | 'host' }>> = {
  EADDRINUSE: { found: 'the port is taken', blame: 'port' },
  EACCES: { found: 'no permission for this port', blame: 'port' },
  EADDRNOTAVAIL: { found: 'this machine does not have the address', blame: 'host' },
  ENOTFOUND: { found: 'the host name is unknown', blame: 'host' },
  EAI_AGAIN: { found: 'the host name could not be looked up', blame: 'host' },
};

const advice = {
  port: { accepted: 'a free port; 0 takes any', hint: 'another port with --port' },
  host: { accepted: 'an address of this machine', hint: '--host 127.0.0.1, or 0.0.0.0 for all of its addresses' },
};

function failToListen(host: string, port: number, error: NodeJS.ErrnoException): never {
  const { found, blame } = refusals[error.code ?? ''] ?? { found: error.message, blame: 'port' };
  return fail('USAGE', 'The studio cannot listen there.', { path: `${host}:${port}`, found, ...advice[blame] }, error);
}
