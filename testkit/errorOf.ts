import { ConnectorError } from '../shared/errors/ConnectorError';

/** The error that `work` ends in. */
export async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<ConnectorError> {
	try {
		await (typeof work === 'function' ? work() : work);
	} catch (error) {
		if (error instanceof ConnectorError) return error;
		throw error;
	}
	throw new Error('It was expected to end in a ConnectorError');
}
