/** Calls, not credits; the rate limiter recognises a plan by a limit that an answer reports. */
export interface Plan {
	name: string;
	burstPerSecond: number;
	perMinute: number;
	/** Of paid POSTs; undefined: no limit of their own. */
	enrichmentPerMinute?: number;
}
