// For everything that is not shipped to n8n: n8n's own rules (eslint.config.mjs) forbid timers, `process` and files.
import tseslint from 'typescript-eslint';

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
);
