import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

/** Where n8n is installed: by `node scripts/setup.mjs e2e`, or elsewhere by yourself. */
export const N8N_DIR = resolve(process.env.N8N_E2E_DIR ?? join(__dirname, '..'));

/** Loads one of n8n's own dependencies. */
export const loadFromN8n = createRequire(join(N8N_DIR, 'node_modules/n8n/package.json'));
