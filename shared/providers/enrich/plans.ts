import type { Plan } from '../../contract/plan';

/** The documented plans: limits of an organization, all of its keys together. */
export const plans: readonly Plan[] = [
	{ name: 'Free', burstPerSecond: 5, perMinute: 60, enrichmentPerMinute: 10 },
	{ name: 'Growth', burstPerSecond: 25, perMinute: 300, enrichmentPerMinute: 100 },
	{ name: 'Scale', burstPerSecond: 50, perMinute: 1000, enrichmentPerMinute: 500 },
	{ name: 'Pro', burstPerSecond: 100, perMinute: 5000, enrichmentPerMinute: 2000 },
	{ name: 'Enterprise', burstPerSecond: 200, perMinute: 10000 },
];
