import type { Faker } from '@faker-js/faker';
// Only English: all languages take long to load.
import { faker } from '@faker-js/faker/locale/en';
import { hashOf } from '../shared/batches/hash';

/** Random values that depend on nothing but the seed and the words they are asked for. */
export class SeededRandom {
	constructor(private readonly seed: number) {}

	/** A number from 0 up to, not including, 1. */
	roll(...words: (string | number)[]): number {
		return hashOf(`${this.seed} ${words.join(' ')}`) / 2 ** 53;
	}

	pick<const T>(choices: readonly [T, ...T[]], ...words: (string | number)[]): T {
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
