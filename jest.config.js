const swc = (parser) => ({
	jsc: { parser, target: 'es2022' },
	module: { type: 'commonjs' },
});

/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	testMatch: ['<rootDir>/test/**/*.test.ts'],
	transform: {
		'\\.ts$': ['@swc/jest', swc({ syntax: 'typescript' })],
		// Published as ES modules only.
		'node_modules/quick-lru/.+\\.js$': ['@swc/jest', swc({ syntax: 'ecmascript' })],
	},
	transformIgnorePatterns: ['/node_modules/(?!quick-lru/)'],
	// What a Zapier build leaves behind has package.json files of the same names.
	modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/zapier/build/'],
	// See testkit/oddSandbox.ts. What the sandbox does as documented is no matter of oddities.
	testPathIgnorePatterns: [
		'/node_modules/',
		...(process.env.SANDBOX_ODD ? ['/test/sandbox/'] : []),
	],
	setupFiles: process.env.SANDBOX_ODD ? ['<rootDir>/testkit/oddSandbox.ts'] : [],
	testTimeout: 20_000,
	maxWorkers: 2,
};
