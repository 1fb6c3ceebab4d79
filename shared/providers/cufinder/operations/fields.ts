/** Fields that several operations share. */
import { output } from '../../../contract/fields';

/** Any value of an answer may be null. */
export const text = (title: string, description?: string) =>
	output.text(title, description).nullable().optional();
export const number = (title: string) => output.number(title).nullable().optional();
export const texts = (title: string) => output.texts(title).nullable().optional();

/** What any answer holds besides what was found. */
export const about = {
	query: text('Query', 'What was looked up, as CUFinder read it'),
	confidence_level: number('Confidence Level'),
};
