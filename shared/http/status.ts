import type { Execution } from '../errors/ConnectorError';
import type { ErrorKind } from '../errors/errorTable';

/** What a status means: did the call run, and is it of any use to send it again? */
export interface StatusRule {
	kind: ErrorKind;
	execution: Execution;
	retryable: boolean;
}

export const rule = (
	kind: ErrorKind,
	execution: Execution = 'no',
	retryable = false,
): StatusRule => ({ kind, execution, retryable });

export type StatusRules = Partial<Record<number, StatusRule>>;

/** What most APIs mean; a provider names those that it uses otherwise. */
const STATUS_RULES: StatusRules = {
	400: rule('badInput'),
	401: rule('unauthorized'),
	402: rule('insufficientCredits'),
	403: rule('forbidden'),
	404: rule('notFound'),
	405: rule('badSettings'),
	// A proxy gave up, as if nobody waited any more; what stands behind it may go on.
	408: rule('serverSide', 'maybe', true),
	409: rule('conflict'),
	410: rule('expired'),
	413: rule('badInput'),
	422: rule('refused'),
	429: rule('rateLimited', 'no', true),
	499: rule('serverSide', 'maybe', true),
	503: rule('unavailable', 'maybe', true),
};

/** @param saysWhenToRetry A 503 that does was turned away before it ran. */
export function statusRule(
	status: number,
	saysWhenToRetry: boolean,
	own: StatusRules = {},
): StatusRule {
	if (status === 503 && saysWhenToRetry) return rule('unavailable', 'no', true);
	const known = own[status] ?? STATUS_RULES[status];
	if (known) return known;
	if (status >= 300 && status < 400) return rule('badSettings');
	if (status >= 400 && status < 500) return rule('refused');
	return rule('serverSide', 'maybe', true);
}
