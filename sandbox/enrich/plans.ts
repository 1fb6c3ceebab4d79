import { plans } from '../../shared/providers/enrich/plans';
import type { RateLimit } from '../rateLimits';

export const PLAN_NAMES = ['free', 'growth', 'scale', 'pro', 'enterprise', 'unlimited'] as const;
export type Plan = (typeof PLAN_NAMES)[number];

/** `enrichment`: a paid POST, `bulk`: the submit of a batch. */
export type CallKind = 'other' | 'enrichment' | 'bulk';

/** Batches that may be submitted per second and per minute; Enterprise has no limits of its own. */
const BULK: Partial<Record<Plan, [perSecond: number, perMinute: number]>> = {
	free: [1, 2],
	growth: [3, 10],
	scale: [5, 20],
	pro: [10, 50],
};

/** The rate limits of a plan, the burst first. */
export function limitsOf(plan: Plan): RateLimit<CallKind>[] {
	const documented = plans.find(({ name }) => name.toLowerCase() === plan);
	if (!documented) return [];
	const { burstPerSecond, perMinute, enrichmentPerMinute } = documented;
	const limits: RateLimit<CallKind>[] = [
		{ calls: burstPerSecond, perMs: 1000 },
		{ calls: perMinute, perMs: 60_000 },
	];
	if (enrichmentPerMinute) {
		limits.push({ calls: enrichmentPerMinute, perMs: 60_000, only: 'enrichment' });
	}
	const [bulkPerSecond, bulkPerMinute] = BULK[plan] ?? [];
	if (bulkPerSecond && bulkPerMinute) {
		limits.push(
			{ calls: bulkPerSecond, perMs: 1000, only: 'bulk' },
			{ calls: bulkPerMinute, perMs: 60_000, only: 'bulk' },
		);
	}
	return limits;
}
