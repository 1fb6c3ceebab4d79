/**
 * Lets every sandbox of a test run differ from the documentation: `SANDBOX_ODD=all npx jest`, or
 * `SANDBOX_ODD=lateResults,nullEntry npx jest`. A test that says itself what is odd keeps its say.
 */
import { chosenOddities } from './oddities';
import type * as server from '../sandbox/server';

const oddities = chosenOddities;

jest.mock('../sandbox/server', () => {
	const actual = jest.requireActual<typeof server>('../sandbox/server');
	return {
		...actual,
		startSandbox: (options: server.SandboxOptions = {}) =>
			actual.startSandbox({ oddities, ...options }),
	};
});
