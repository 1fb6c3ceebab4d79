import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from '../../shared/contract/operation';
import type { Problem } from '../wireAnswer';
import type { EnrichProblem } from './problems';

export const DEFAULT_KEY = 'sk_sandbox';

/** Keys that are refused on purpose, and how; the command line prints them. */
export const REFUSED_KEYS: Record<string, { what: string; problem: EnrichProblem; only?: string }> =
	{
		sk_sandbox_disabled: {
			what: '401, disabled',
			problem: { status: 401, detail: 'This API key is disabled' },
		},
		sk_sandbox_revoked: {
			what: '401, revoked',
			problem: { status: 401, detail: 'This API key has been revoked' },
		},
		sk_sandbox_suspended: {
			what: '403, account suspended',
			problem: { status: 403, detail: 'This account is suspended' },
		},
		...Object.fromEntries(
			(['none', 'pending', 'rejected', 'revoked'] as const).map((accessStatus) => [
				`sk_sandbox_leads_${accessStatus}`,
				{
					what: `403 on lead operations, access "${accessStatus}"`,
					problem: {
						status: 403,
						kind: 'access-denied',
						detail: 'Your team has no access to the lead finder',
						members: { accessStatus },
					} satisfies EnrichProblem,
					only: '/lead-finder/',
				},
			]),
		),
	};

const unauthorized = (detail: string): Problem => ({ status: 401, detail });

/** Why a call may not be made with the key it carries, if so. */
export function refusalOf(
	headers: IncomingHttpHeaders,
	goodKey: string,
	{ path }: Pick<Operation, 'path'>,
): EnrichProblem | undefined {
	const key = keyOf(headers);
	if (key === undefined) return unauthorized('No API key was given');
	if (key === goodKey) return undefined;
	if (!key.startsWith('sk_')) return unauthorized('API keys start with sk_');
	const refused = Object.hasOwn(REFUSED_KEYS, key) ? REFUSED_KEYS[key] : undefined;
	if (!refused) return unauthorized('The API key is invalid');
	return refused.only && !path.startsWith(refused.only) ? undefined : refused.problem;
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
	const key = headers['x-api-key'] ?? /^Bearer +(.+)$/i.exec(headers.authorization as string)?.[1];
	return typeof key === 'string' && key !== '' ? key : undefined;
}
