import { type FormField, inputFields, outputFields } from '../../shared/contract/form';
import type { Operation } from '../../shared/contract/operation';
import { prepare } from '../../shared/input/prepare';
import { enrich } from '../../shared/providers/enrich';

const {
	countLeads,
	findEmail,
	getWalletBalance,
	getWalletTransactions,
	phoneLookup,
	searchLeads,
	validateEmail,
} = enrich.operations;

const brief = (fields: readonly FormField[]) =>
	fields.map(({ key, title, type, isRequired }) => [key, title, type, isRequired]);
const byKey = (fields: readonly FormField[], key: string) =>
	fields.find((field) => field.key === key) as FormField;

describe('what users fill in', () => {
	test('find email: a full name may stand for both names', () => {
		expect(brief(inputFields(findEmail))).toEqual([
			['firstName', 'First Name', 'text', false],
			['lastName', 'Last Name', 'text', false],
			['fullName', 'Full Name', 'text', false],
			['domain', 'Company Domain', 'text', true],
		]);
	});

	test('find phones: neither of two fields is required by itself', () => {
		expect(brief(inputFields(phoneLookup))).toEqual([
			['email', 'Email', 'text', false],
			['linkedin', 'LinkedIn Profile URL', 'text', false],
		]);
	});

	test('lists leave out what paging fills in', () => {
		expect(brief(inputFields(getWalletTransactions))).toEqual([['type', 'Type', 'choice', false]]);
		expect(inputFields(searchLeads).map(({ key }) => key)).toEqual([
			...['filters', 'excludeFilters'],
			...['savedSearch', 'technology', 'checksValues'],
		]);
		expect(inputFields(getWalletBalance)).toEqual([]);
	});

	test('choices have labels', () => {
		expect(inputFields(getWalletTransactions)[0]?.choices).toEqual({
			adjustment: 'Adjustment',
			deduction: 'Deduction',
			refund: 'Refund',
			topup: 'Top-Up',
		});
	});

	test('filters know their kinds', () => {
		const filters = byKey(inputFields(countLeads), 'filters');
		expect(filters).toMatchObject({ type: 'group', isRequired: true });
		const kinds = {
			jobTitle: 'list',
			city: 'text',
			employeeCountMin: 'number',
			jobIsCurrent: 'yesNo',
			companyNameMode: 'choice',
		};
		for (const [key, type] of Object.entries(kinds))
			expect(byKey(filters.fields ?? [], key)).toMatchObject({ type, isRequired: false });
	});
});

describe('what users get', () => {
	test('validate email', () => {
		const fields = outputFields(validateEmail);
		expect(byKey(fields, 'result')).toMatchObject({
			type: 'choice',
			isRequired: true,
			choices: { valid: 'Valid', invalid: 'Invalid', risky: 'Risky' },
		});
		expect(byKey(fields, 'isCatchAll').type).toBe('yesNo');
		expect(byKey(fields, 'provider').isRequired).toBe(false);
	});

	test('of a list, the fields of an entry', () => {
		expect(outputFields(searchLeads)[0]).toMatchObject({
			key: 'id',
			title: 'Lead ID',
			isRequired: true,
		});
		expect(byKey(outputFields(getWalletTransactions), 'createdAt').type).toBe('dateTime');
	});
});

describe.each(Object.entries<Operation>(enrich.operations))('%s', (_, operation) => {
	const all = (fields: readonly FormField[]): FormField[] =>
		fields.flatMap((field) => [field, ...all(field.fields ?? [])]);

	test('has a title in capitals for every field, and no title twice on one form', () => {
		for (const fields of [inputFields(operation), outputFields(operation)]) {
			for (const field of all(fields)) {
				expect(field.title).toMatch(/^(?:[A-Z]|iOS)/);
				expect(field.title).not.toBe(field.key);
			}
			expect(new Set(fields.map(({ title }) => title)).size).toBe(fields.length);
		}
	});

	test('describes fields without a final period', () => {
		for (const { description } of all([...inputFields(operation), ...outputFields(operation)])) {
			if (description !== undefined) expect(description).toMatch(/[^.]$/);
		}
	});

	test('has an example that can be sent, an answer that fits, and an outcome for it', () => {
		expect(prepare(operation, operation.example.input)).toHaveProperty('input');
		expect(operation.output.parse(operation.example.data)).toEqual(operation.example.data);
		expect(operation.outcome(operation.example.data)).toMatchObject({ found: true });
	});

	test('simplifies to fields that it has', () => {
		const keys = outputFields(operation).map(({ key }) => key);
		for (const key of operation.simplified ?? []) expect(keys).toContain(key);
	});
});
