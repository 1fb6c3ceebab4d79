import { z } from 'zod';

/** Where sources disagree or say nothing, both ways can be tried. */
export const settingsSchema = z.strictObject({
	/** `status`: `{status: -1, message}`, `type`: the older `{type, message}`. */
	errorShape: z.enum(['status', 'type']).default('status'),
	/** What follows the last page of a search: an empty list, or a 404. */
	endOfPages: z.enum(['emptyList', 'miss']).default('emptyList'),
	/** The real limits are not published; null: none. */
	rateLimit: z
		.strictObject({ calls: z.int().min(1), perMs: z.number().positive() })
		.nullable()
		.default(null),
});

export type CufinderSettings = z.output<typeof settingsSchema>;
export type CufinderSettingsInput = z.input<typeof settingsSchema>;
