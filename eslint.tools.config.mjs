// For everything that is not shipped to n8n: n8n's own rules (eslint.config.mjs) forbid timers, `process` and files.
import tseslint from 'typescript-eslint';

/** Folders that a folder must not import from; test/architecture.test.ts says the same of all files. */
const closed = (files, group, message, ignores = []) => ({
	files,
	ignores,
	rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
});
const OUTSIDE = [
	'nodes',
	'credentials',
	'packages',
	'zapier',
	'sandbox',
	'scripts',
	'test',
	'testkit',
].flatMap((folder) => [`../${folder}/**`, `**/../${folder}/**`]);

export default tseslint.config(
	{ ignores: ['**/dist/', '**/build/', '**/node_modules/'] },
	tseslint.configs.recommended,
	{
		files: ['**/*.ts'],
		languageOptions: {
			parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
		},
		rules: {
			'@typescript-eslint/no-floating-promises': 'error',
			// The repository is CommonJS.
			'@typescript-eslint/no-require-imports': 'off',
		},
	},
	closed(
		['shared/**/*.ts'],
		[...OUTSIDE, '**/providers/**', 'node:*', 'n8n-*', 'zapier-*'],
		'The core knows no platform, no provider and no Node.',
		['shared/providers/**'],
	),
	closed(
		['shared/providers/*/**/*.ts'],
		[...OUTSIDE, 'node:*', 'n8n-*', 'zapier-*'],
		'A provider knows the core alone.',
	),
);
