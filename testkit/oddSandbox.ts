/**
 * Lets every sandbox of a test run differ from the documentation: `SANDBOX_ODD=all npx jest`, or
 * `SANDBOX_ODD=lateResults,nullEntry npx jest`. A test that says itself what is odd keeps its say.
 */
import type { OddityChoice } from '../sandbox/enrich/oddities';
import type * as server from '../sandbox/server';

const given = process.env.SANDBOX_ODD ?? '';
const oddities = given === 'all' ? given : (given.split(',') as OddityChoice);

jest.mock('../sandbox/server', () => {
	const actual = jest.requireActual<typeof server>('../sandbox/server');
	return {
		...actual,
		startSandbox: (options: server.SandboxOptions = {}) =>
			actual.startSandbox({ oddities, ...options }),
	};
});
