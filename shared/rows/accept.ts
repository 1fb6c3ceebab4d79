import { metaOf } from '../contract/schema';
import type { Operation } from '../contract/operation';
import { quote } from '../input/text';
import { countOutcomes, type RowResult, type Summary } from './result';

/** What an answer says of its own worth: a verdict, or how sure it is. */
export const gradeOf = ({ verdict, grade }: Operation): Operation['grade'] => verdict ?? grade;

/**
 * The result, as long as its grade is one of these; otherwise it counts as not found, and was paid for
 * all the same. An operation without a grade accepts everything.
 */
export function acceptOnly(
	operation: Operation,
	result: RowResult,
	grades: readonly string[] | undefined,
): RowResult {
	const grade = gradeOf(operation);
	if (!grade || !grades?.length || result.outcome !== 'found') return result;
	const value = result.data?.[grade.key];
	if (typeof value === 'string' && grades.includes(value.toLowerCase())) return result;
	const field = operation.output.shape[grade.key];
	const title = (field && metaOf(field as never).title) ?? grade.key;
	const which = value === undefined || value === null ? 'not reported' : quote(value);
	const reason = `Not accepted, as '${title}' is ${which}. ${result.reason}`;
	// A verdict is the answer itself.
	const withheld = operation.verdict ? undefined : grade.key;
	return { ...result, outcome: 'notFound', reason, ...(withheld && { withheld }) };
}

/** The same for all rows of a run. */
export function acceptAll<D extends { results: RowResult[]; summary: Summary }>(
	operation: Operation,
	done: D,
	grades: readonly string[] | undefined,
): D {
	if (!grades?.length) return done;
	const results = done.results.map((result) => acceptOnly(operation, result, grades));
	return { ...done, results, summary: { ...done.summary, ...countOutcomes(results) } };
}
