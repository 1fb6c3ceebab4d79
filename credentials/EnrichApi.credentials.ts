import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { isOwnHost } from '../shared/http/connection';
import { auth } from '../shared/providers/enrich/auth';

export class EnrichApi implements ICredentialType {
	name = 'enrichApi';

	displayName = 'Enrich API';

	icon = { light: 'file:../icons/enrich.svg', dark: 'file:../icons/enrich.dark.svg' } as const;

	documentationUrl = 'https://github.com/OWNER/enrich-connector#connect';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description: 'Starts with sk_. You find it at enrich.so under API Keys.',
		},
		{
			displayName: 'Send Key As',
			name: 'headerStyle',
			type: 'options',
			options: Object.entries(auth.headerStyles).map(([value, name]) => ({ name, value })),
			default: 'x-api-key',
			description: 'Which header carries the key; change it only if a proxy drops the usual one',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: auth.defaultBaseUrl,
			description:
				'Change it only to use the sandbox or a proxy. Must start with https://, or with http:// on this machine.',
		},
	];

	/** Adds the key, and only to requests that go to the credential's own host. */
	authenticate: IAuthenticate = async (
		credentials: ICredentialDataDecryptedObject,
		request: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const connection = auth.toConnection(credentials);
		const isRelative = !/^https?:\/\//i.test(request.url);
		const url = isRelative
			? `${connection.baseUrl}/${request.url.replace(/^\/+/, '')}`
			: request.url;
		if (!isOwnHost(url, connection)) {
			throw new Error('The Enrich API key is only sent to the base URL of its credential.');
		}
		return {
			...request,
			url,
			baseURL: undefined,
			// A redirect could carry the key to another host; n8n's older helpers know the second name.
			disableFollowRedirect: true,
			...{ followRedirect: false },
			headers: { ...request.headers, ...auth.headers(connection) },
		};
	};

	/** The wallet's balance is free to read. */
	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl}}', url: '/wallets/balance' },
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'Enrich refused the key. It is mistyped, disabled or revoked: copy it again from enrich.so.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						'The key is right, but the account is suspended or lacks access. Contact Enrich.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'There is no Enrich API at this base URL. Put back the default one.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 429,
					message: 'The rate limit of your plan is reached. Try again in a minute.',
				},
			},
		],
	};
}
