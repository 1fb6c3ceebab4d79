import type { PlainOutputField } from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import { normalizeLastName } from '../../shared/input/names';
import { enrich } from '../../shared/providers/enrich';

/** Of leads, last names are masked until they are unlocked: an initial must not look like a name. */
const masksNames = (operation: Operation) =>
	operation === (enrich.operations.searchLeads as Operation);

const INITIAL: PlainOutputField = {
	key: 'last_name_initial',
	label: 'Last Name (Initial)',
	type: 'string',
};

export const withInitialField = (
	operation: Operation,
	fields: PlainOutputField[],
): PlainOutputField[] =>
	masksNames(operation)
		? fields.flatMap((field) => (field.key === 'last_name' ? [field, INITIAL] : [field]))
		: fields;

/** Moves what is only an initial, or masked, out of the last name. */
export const wholeNamesOf =
	(operation: Operation) =>
	(row: Data): Data => {
		if (!masksNames(operation)) return row;
		const name = row.last_name ?? null;
		return { ...row, ...(isWhole(name) ? whole(name) : whole(null, name)) };
	};

const whole = (name: unknown, initial: unknown = null) => ({
	last_name: name,
	[INITIAL.key]: initial,
});

function isWhole(name: unknown): boolean {
	try {
		return name === null || Boolean(normalizeLastName(name));
	} catch {
		return false;
	}
}
