// End-to-end tests: a real n8n against the sandbox.
/** @type {import('jest').Config} */
module.exports = {
	...require('./jest.config.js'),
	testMatch: ['<rootDir>/test/e2e/**/*.e2e.ts'],
	testTimeout: 180_000,
	maxWorkers: 1,
	// Tests that only wait, for batches and for n8n, all wait at once.
	maxConcurrency: 50,
};
