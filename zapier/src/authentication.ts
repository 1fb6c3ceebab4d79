import type {
	Authentication,
	BeforeRequestMiddleware,
	ZObject,
	Bundle,
} from 'zapier-platform-core';
import {
	authHeaders,
	DEFAULT_BASE_URL,
	HEADER_STYLES,
	isOwnHost,
	toConnection,
} from '../../shared/providers/enrich/auth';
import { getWalletBalance } from '../../shared/providers/enrich/operations';
import { toConnectionError } from './errors';
import { clientOf } from './transport';

/** Reading the balance is free. */
async function test(z: ZObject, { authData }: Bundle): Promise<Record<string, unknown>> {
	try {
		const { data } = await clientOf(z, toConnection(authData)).call(getWalletBalance, {});
		return { credits_left: data.balance };
	} catch (error) {
		throw toConnectionError(z, error);
	}
}

export const authentication: Authentication = {
	type: 'custom',
	test,
	fields: [
		{
			key: 'apiKey',
			label: 'API Key',
			type: 'password',
			required: true,
			helpText: 'Starts with `sk_`. You find it under API Keys at [enrich.so](https://enrich.so).',
		},
		{
			key: 'accountName',
			label: 'Account Name',
			type: 'string',
			required: false,
			isNoSecret: true,
			helpText: 'How this connection is called in Zapier, such as the name of your team.',
		},
		{
			key: 'headerStyle',
			label: 'Send Key As',
			type: 'string',
			required: false,
			isNoSecret: true,
			choices: HEADER_STYLES,
			default: 'x-api-key' satisfies keyof typeof HEADER_STYLES,
			helpText: 'Change it only if a proxy of yours drops the usual header.',
		},
		{
			key: 'baseUrl',
			label: 'Base URL',
			type: 'string',
			required: false,
			isNoSecret: true,
			default: DEFAULT_BASE_URL,
			helpText: 'Change it only to use a proxy of yours. It must start with `https://`.',
		},
	],
	// Enrich tells no name of the account, and Zapier allows neither ids nor parts of the key here.
	connectionLabel: '{{bundle.authData.accountName}}',
};

/** Adds the key, and only to requests that go to the connection's own host. */
export const addKey: BeforeRequestMiddleware = (request, _z, { authData }) => {
	const connection = toConnection(authData);
	// Zapier's log censors what stands here: the key as it is sent, not as it was pasted.
	authData.apiKey = connection.apiKey;
	return isOwnHost(request.url, connection)
		? { ...request, headers: { ...request.headers, ...authHeaders(connection) } }
		: request;
};
