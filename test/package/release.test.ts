import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json';
import { notesOf, prepareRelease, releasedBy } from '../../scripts/release';

const target = mkdtempSync(join(tmpdir(), 'enrich-release-'));
afterAll(() => rmSync(target, { recursive: true, force: true }));

const tag = `enrich-v${manifest.version}`;

test('a release consists of the tarball, what is bundled in it, and notes', async () => {
	await prepareRelease(tag, target);
	const files = readdirSync(target).sort();
	expect(files).toEqual([`${manifest.name}-${manifest.version}.tgz`, 'notes.md', 'sbom.cdx.json']);

	const sbom = JSON.parse(readFileSync(join(target, 'sbom.cdx.json'), 'utf8')) as {
		components: { name: string; version: string }[];
	};
	const locked: Record<string, string> = manifest.devDependencies;
	const zod = sbom.components.find(({ name }) => name === 'zod');
	expect(zod?.version).toBe(locked.zod);
	// What n8n brings along is not bundled.
	expect(sbom.components.map(({ name }) => name)).not.toContain('n8n-workflow');
}, 60_000);

test.each([
	['v1.2.3', 'names no package'],
	['other-v1.2.3', 'names no package'],
	['enrich-1.2.3', 'names no package'],
	['enrich-v999.0.0', 'has version'],
])('the tag %s releases nothing: it %s', (wrong, reason) => {
	expect(() => releasedBy(wrong)).toThrow(reason);
});

describe('release notes', () => {
	const changelog =
		'# Changelog\n\n## 1.1.0\n\n- New\n\n### Fixed\n\n- Old\n\n## 1.0.0\n\n- First\n';

	test('are the section of the version', () => {
		expect(notesOf(changelog, '1.1.0')).toBe('- New\n\n### Fixed\n\n- Old');
		expect(notesOf(changelog, '1.0.0')).toBe('- First');
	});

	test('have to be written before the release', () => {
		expect(() => notesOf(changelog, '1.2.0')).toThrow('1.2.0');
		expect(() => notesOf('## 1.2.0\n\n## 1.1.0\n\n- New\n', '1.2.0')).toThrow('1.2.0');
	});
});
