import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolSchemas } from '../../testkit/toolSchemas';
import { median, type Part, rounded } from './figure';

const LOADS = 7;

export const tarballSize: Part = {
	name: 'tarball',
	measure: async () => {
		const args = ['pack', '--ignore-scripts', '--dry-run', '--json'];
		const [packed] = JSON.parse(execFileSync('npm', args).toString()) as [{ size: number }];
		return [{ name: 'tarball', value: rounded(packed.size / 1000), unit: 'kB', atMost: 120 }];
	},
};

export const toolSchemaSize: Part = {
	name: 'tool-schemas',
	measure: async () => {
		const characters = toolSchemas().reduce((sum, { schema }) => sum + schema.length, 0);
		const value = rounded(characters / 1000);
		return [{ name: 'tool-schemas: all operations together', value, unit: 'kB', atMost: 10 }];
	},
};

export const nodeLoadTime: Part = {
	name: 'node-load',
	measure: async () => {
		const { n8n } = JSON.parse(readFileSync('package.json', 'utf8')) as {
			n8n: { nodes: string[] };
		};
		const load = n8n.nodes.map((file) => `new (Object.values(require('./${file}'))[0])()`);
		const value = loadTime('n8n-workflow', load.join(';'));
		return [{ name: 'node-load: all nodes together', value, unit: 'ms', atMost: 70 }];
	},
};

export const zapierZipSize: Part = {
	name: 'zapier-zip',
	measure: async () => {
		const folder = mkdtempSync(join(tmpdir(), 'enrich-zip-'));
		try {
			execFileSync(process.execPath, ['zapier/pack.mjs', folder], { stdio: 'pipe' });
			const { size } = statSync(join(folder, 'build.zip'));
			return [{ name: 'zapier-zip', value: rounded(size / 1000), unit: 'kB', atMost: 1000 }];
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
};

export const zapierLoadTime: Part = {
	name: 'zapier-load',
	measure: async () => {
		const value = loadTime('zapier-platform-core', "require('./index.js')", 'zapier');
		return [{ name: 'zapier-load', value, unit: 'ms', atMost: 150 }];
	},
};

/** Milliseconds, each time in a fresh process that has the platform's own module loaded already. */
function loadTime(platform: string, load: string, cwd = '.'): number {
	const script = `
		require('${platform}');
		const startedAt = performance.now();
		${load};
		console.log(performance.now() - startedAt);`;
	const times = Array.from({ length: LOADS }, () =>
		Number(execFileSync(process.execPath, ['-e', script], { cwd, stdio: 'pipe' })),
	);
	return rounded(median(times));
}
