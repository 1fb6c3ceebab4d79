import type { Data } from '../contract/data';

/** Would reach an object's prototype when somebody copies the object by assignment. */
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

const spelled = (key: string): string =>
	key.replace(/(?<=[^_])_+([a-z\d])/gi, (_, letter: string) => letter.toUpperCase());

/**
 * A copy whose keys are spelled `isCatchAll` instead of `is_catch_all`, all the way down. Where both
 * spellings stand side by side, each keeps its own. Undefined: it goes deeper than `levels`.
 */
export function camelKeys<T>(value: T, levels: number): T | undefined {
	if (typeof value !== 'object' || value === null) return value;
	if (levels === 0) return undefined;
	if (Array.isArray(value)) {
		const copy: unknown[] = [];
		for (const entry of value as unknown[]) {
			const inner = camelKeys(entry, levels - 1);
			if (inner === undefined) return undefined;
			copy.push(inner);
		}
		return copy as T;
	}
	const copy: Data = {};
	for (const [key, entry] of Object.entries(value)) {
		if (UNSAFE.has(key)) continue;
		const inner = camelKeys<unknown>(entry, levels - 1);
		if (inner === undefined) return undefined;
		const name = spelled(key);
		const isTaken = Object.hasOwn(copy, name) || (name !== key && Object.hasOwn(value, name));
		copy[isTaken || UNSAFE.has(name) ? key : name] = inner;
	}
	return copy as T;
}
