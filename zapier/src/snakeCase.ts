/** Zapier's keys: `isCatchAll` → `is_catch_all`, `hasSEG` → `has_seg`, `Find Email` → `find_email`. */
export const snakeCase = (name: string): string =>
	name
		.replaceAll(' ', '_')
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
		.toLowerCase();
