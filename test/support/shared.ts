import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const candidates = [process.env.KIRCHHOFF_SHARED, fileURLToPath(new URL('../../../shared', import.meta.url))];

/** The folder with reference data and numbers that lies beside a checkout, or undefined where there is none. */
export const sharedDir: string | undefined = candidates.find(
  (dir): dir is string => dir !== undefined && dir !== '' && existsSync(`${dir}/golden`),
);
