import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { authenticateWith } from '../../../nodes/shared/authenticate';
import { auth } from '../../../shared/providers/cufinder/auth';
import { words } from '../../../shared/providers/cufinder/words';

/** Answers that CUFinder gives only to whoever it knows: no credits left, in both ways that are reported, or no query. */
const KEY_IS_KNOWN = [400, 402, 422];
const FIRST_REDIRECT = 300;
const LAST_ERROR = 599;
const otherStatuses = Array.from(
	{ length: LAST_ERROR - FIRST_REDIRECT + 1 },
	(_, i) => FIRST_REDIRECT + i,
).filter((status) => !KEY_IS_KNOWN.includes(status));

const KEY_REFUSED =
	'CUFinder refused the key. It is mistyped or revoked: copy it again from cufinder.io.';

export class CufinderApi implements ICredentialType {
	name = 'cufinderApi';

	displayName = 'CUFinder API';

	icon = { light: 'file:../icons/cufinder.svg', dark: 'file:../icons/cufinder.dark.svg' } as const;

	documentationUrl =
		'https://github.com/OWNER/enrich-connector/tree/main/packages/n8n-nodes-cufinder#connect';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			hint: 'You find it in your CUFinder account under API key.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: auth.defaultBaseUrl,
			hint: 'Change it only to use the sandbox or a proxy. Must start with https://, or with http:// on this machine.',
		},
	];

	authenticate = authenticateWith(auth, words);

	/**
	 * No free request is documented, so this is a lookup of nothing: it is refused as incomplete, and
	 * only results are documented as paid.
	 */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl}}',
			url: '/enc',
			method: 'POST',
			headers: { 'content-type': 'application/x-www-form-urlencoded' },
			ignoreHttpStatusErrors: { ignore: true, except: otherStatuses },
		},
		rules: [
			{ type: 'responseCode', properties: { value: 401, message: KEY_REFUSED } },
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message: 'CUFinder refuses this account. Look at it at cufinder.io.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: 'There is no CUFinder API at this base URL. Put back the default one.',
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
