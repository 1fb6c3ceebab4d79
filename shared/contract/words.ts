/** The words of a text with a space between each. */
export type Words<T extends string> = T extends `${infer First} ${infer Others}`
	? First | Words<Others>
	: T;

/** The same for every key; keys have a space between. */
export const each = <const K extends string, T>(keys: K, value: T): Record<Words<K>, T> =>
	Object.fromEntries(keys.split(' ').map((key) => [key, value])) as Record<Words<K>, T>;
