const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } };

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	transform: { '\\.ts$': ['@swc/jest', swc] },
	// What a Zapier build leaves behind has package.json files of the same names.
	modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/zapier/build/'],
	testTimeout: 20_000,
	maxWorkers: 2,
};
