/** What a process knows of an account, shared by all nodes and executions that use its key. */
import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import { KnownBatches } from '../../shared/batches/knownBatches';
import type { Connection, Provider } from '../../shared/contract/provider';
import { RateLimiter } from '../../shared/http/rateLimiter';
import { BalanceFloor } from '../../shared/rows/balanceFloor';
import { RecentAnswers } from './recentAnswers';
import { n8nClock } from './transport';

export interface Account {
	/** Limits hold for all calls of an account together. */
	rateLimiter: RateLimiter;
	/** Callbacks are verified by few calls, which must not stand in the queue of a long run. */
	callbackRateLimiter: RateLimiter;
	knownBatches: KnownBatches;
	recentAnswers: RecentAnswers;
	balanceFloor: BalanceFloor;
}

const MAX_ACCOUNTS = 1_000;
const accounts = new QuickLRU<string, Account>({ maxSize: MAX_ACCOUNTS });

export function accountOf(provider: Provider, { apiKey, baseUrl }: Connection): Account {
	const key = createHash('sha256').update(`${baseUrl} ${apiKey}`).digest('base64url');
	const known = accounts.get(key);
	if (known) return known;
	const account = {
		rateLimiter: new RateLimiter(n8nClock, provider.plans),
		callbackRateLimiter: new RateLimiter(n8nClock, provider.plans),
		knownBatches: new KnownBatches(),
		recentAnswers: new RecentAnswers(),
		balanceFloor: new BalanceFloor(),
	};
	accounts.set(key, account);
	return account;
}
