import type { Faker } from '@faker-js/faker';
// Only English: all languages take long to load.
import { faker } from '@faker-js/faker/locale/en';

const { imul } = Math;

/** 53 bits of a text's hash (cyrb53): the same text gives the same number on every machine. */
export function hashOf(text: string): number {
	let high = 0xdeadbeef;
	let low = 0x41c6ce57;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		high = imul(high ^ code, 2654435761);
		low = imul(low ^ code, 1597334677);
	}
	high = imul(high ^ (high >>> 16), 2246822507) ^ imul(low ^ (low >>> 13), 3266489909);
	low = imul(low ^ (low >>> 16), 2246822507) ^ imul(high ^ (high >>> 13), 3266489909);
	return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** Chance that depends on nothing but the seed and the words it is asked about. */
export class Chance {
	constructor(private readonly seed: number) {}

	/** A number from 0 up to, not including, 1. */
	roll(...words: (string | number)[]): number {
		return hashOf(`${this.seed} ${words.join(' ')}`) / 2 ** 53;
	}

	pick<T>(choices: readonly [T, ...T[]], ...words: (string | number)[]): T {
		return choices[Math.floor(this.roll(...words) * choices.length)] ?? choices[0];
	}

	hex(length: number, ...words: (string | number)[]): string {
		let text = '';
		for (let i = 0; text.length < length; i++) {
			text += hashOf(`${this.seed} ${words.join(' ')} ${i}`)
				.toString(16)
				.padStart(14, '0');
		}
		return text.slice(0, length);
	}

	/** Invented names and places. Use it at once: the next call seeds it anew. */
	faker(...words: (string | number)[]): Faker {
		faker.seed(hashOf(`${this.seed} ${words.join(' ')}`));
		return faker;
	}
}
