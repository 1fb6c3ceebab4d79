/** What n8n looks for again and again, as Enrich does not call back for it. */
export const POLLED_EVENTS = {
	balanceBelowThreshold: {
		name: 'Balance Below Threshold',
		description:
			'Credits fall below the threshold; starts again only after they were at or above it',
	},
	exportFinished: {
		name: 'Export Finished',
		description: 'An export of leads has completed or failed; starts once per export',
	},
	revealJobFinished: {
		name: 'Reveal Job Finished',
		description:
			'A job that reveals emails or phone numbers of leads has completed or failed; starts once per job',
	},
};

export type PolledEvent = keyof typeof POLLED_EVENTS;

export const isPolled = (event: unknown): event is PolledEvent =>
	typeof event === 'string' && Object.hasOwn(POLLED_EVENTS, event);
