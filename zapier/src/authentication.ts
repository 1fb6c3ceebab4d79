import type {
	Authentication,
	BeforeRequestMiddleware,
	ZObject,
	Bundle,
} from 'zapier-platform-core';
import type { Connection } from '../../shared/contract/provider';
import { isOwnHost } from '../../shared/http/connection';
import { enrich } from '../../shared/providers/enrich';
import { isDevelopment } from './build';
import { toConnectionError } from './errors';
import { clientOf } from './transport';

const { defaultBaseUrl, headers, headerStyles } = enrich.auth;

/**
 * What somebody has entered; only a development build lets it lead to another address.
 * @throws ConnectorError of kind `badSettings`
 */
export const toConnection = ({ apiKey, ...rest }: Record<string, unknown>): Connection =>
	enrich.auth.toConnection({ apiKey, ...(isDevelopment && rest) });

const DEVELOPMENT_FIELDS: NonNullable<Authentication['fields']> = [
	{
		key: 'headerStyle',
		label: 'Send Key As',
		type: 'string',
		required: false,
		isNoSecret: true,
		choices: headerStyles,
		default: Object.keys(headerStyles)[0],
		helpText: 'The header that carries the key.',
	},
	{
		key: 'baseUrl',
		label: 'Base URL',
		type: 'string',
		required: false,
		isNoSecret: true,
		default: defaultBaseUrl,
		helpText: 'Such as that of the sandbox. It must start with `https://`, but on this machine.',
	},
];

/** Reading the balance is free. */
async function test(z: ZObject, { authData }: Bundle): Promise<Record<string, unknown>> {
	try {
		const client = clientOf(z, toConnection(authData));
		const { data } = await client.call(enrich.operations.getWalletBalance, {});
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
		...(isDevelopment ? DEVELOPMENT_FIELDS : []),
	],
	// Enrich reports no name of the account, and Zapier allows neither ids nor parts of the key here.
	connectionLabel: '{{bundle.authData.accountName}}',
};

/** Adds the key, and only to requests that go to the connection's own host. */
export const addKey: BeforeRequestMiddleware = (request, _z, { authData }) => {
	const connection = toConnection(authData);
	// Zapier's log censors what stands here: the key as it is sent, not as it was pasted.
	authData.apiKey = connection.apiKey;
	return isOwnHost(request.url, connection)
		? { ...request, headers: { ...request.headers, ...headers(connection) } }
		: request;
};
