import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticateWith } from '../nodes/shared/authenticate';
import { auth } from '../shared/providers/enrich/auth';
import { words } from '../shared/providers/enrich/words';

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
			placeholder: 'sk_…',
			hint: 'Starts with sk_. You find it at enrich.so under API Keys.',
		},
		{
			displayName: 'Send Key As',
			name: 'headerStyle',
			type: 'options',
			options: Object.entries(auth.headerStyles).map(([value, name]) => ({ name, value })),
			default: 'x-api-key',
			hint: 'Which header carries the key; change it only if a proxy drops the usual one.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: auth.defaultBaseUrl,
			hint: 'Change it only to use the sandbox or a proxy. Must start with https://, or with http:// on this machine.',
		},
		{
			displayName: 'Minimum Balance',
			name: 'minBalance',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			hint: 'Credits that always stay in the account: no paid call of any workflow with this credential leaves that could take the balance below. 0: no minimum.',
		},
	];

	authenticate = authenticateWith(auth, words);

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
