import type { Bundle, ZObject } from 'zapier-platform-core';
import type { Connection } from '../../shared/contract/provider';
import type { Client } from '../../shared/http/client';
import { toConnection } from './authentication';
import { toZapierError } from './errors';
import { clientOf } from './transport';

/**
 * Runs what a step does; whatever goes wrong ends it in the way that Zapier handles best.
 * @param maxDelaySeconds After which Zapier runs it again at the latest; default: 90 minutes.
 */
export async function runStep<T>(
	z: ZObject,
	{ authData }: Pick<Bundle, 'authData'>,
	work: (client: Client, connection: Connection) => Promise<T>,
	maxDelaySeconds?: number,
): Promise<T> {
	try {
		const connection = toConnection(authData);
		return await work(clientOf(z, connection), connection);
	} catch (error) {
		throw toZapierError(z, error, maxDelaySeconds);
	}
}
