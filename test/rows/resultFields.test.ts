import type { Operation } from '../../shared/contract/operation';
import { simplifiedKeys } from '../../shared/contract/form';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { cufinder } from '../../shared/providers/cufinder';
import { enrich } from '../../shared/providers/enrich';
import { toFailedRow, withoutCharge } from '../../shared/rows/result';
import {
	ESSENTIAL_KEYS,
	resultField,
	ROW_KEYS,
	rowFields,
	rowKeysOf,
} from '../../shared/rows/resultFields';

const miss = withoutCharge('notFound', 'No email found');
const failed = toFailedRow(
	new ConnectorError({ kind: 'badInput', field: 'Email', detail: 'is empty' }),
);

test('every row has every field, whatever became of it, and null for what is unknown', () => {
	for (const result of [miss, failed, { ...miss, creditsUsed: null }]) {
		const fields = rowFields(result, ROW_KEYS);
		expect(Object.keys(fields)).toEqual(ROW_KEYS);
		expect(Object.values(fields)).not.toContain(undefined);
	}
});

test('the reason says what to do where something is to be done', () => {
	expect(rowFields(failed, ESSENTIAL_KEYS)).toEqual({
		outcome: 'failed',
		reason: expect.stringMatching(/^'Email' is empty\. Correct 'Email' .+\.$/),
		creditsUsed: 0,
	});
	expect(rowFields(miss, ['reason'])).toEqual({ reason: 'No email found' });
});

test('of a list, the first entry bears the charge, and an unknown one stays unknown', () => {
	const charged = { ...miss, creditsUsed: 10 };
	expect(rowFields(charged, ['creditsUsed'], true)).toEqual({ creditsUsed: 10 });
	expect(rowFields(charged, ['creditsUsed'], false)).toEqual({ creditsUsed: 0 });
	expect(rowFields({ ...miss, creditsUsed: null }, ['creditsUsed'], false)).toEqual({
		creditsUsed: null,
	});
});

test('each field has a title', () => {
	for (const key of ROW_KEYS)
		expect(resultField(key)).toMatchObject({ key, title: expect.any(String) });
});

test('a provider without batches and without a wallet says nothing of them', () => {
	expect(rowKeysOf(enrich)).toEqual(ROW_KEYS);
	const others = ROW_KEYS.filter((key) => !rowKeysOf(cufinder).includes(key));
	expect(others).toEqual(['batchId', 'reusedFrom', 'isRecovered']);
});

// The starts of batches are shown as the lookups of their rows.
const starts: Operation[] = enrich.batches?.map(({ submit }) => submit) ?? [];
const paid = [...Object.values(enrich.operations), ...Object.values(cufinder.operations)]
	.map((operation) => operation as Operation)
	.filter((operation) => operation.price !== null && !starts.includes(operation));
test.each(paid.map((operation) => [operation.operationId, operation] as const))(
	'%s shows nothing that outcome or reason say',
	(_, operation) => {
		const shown = simplifiedKeys(operation);
		expect(shown.filter((key) => ['found', 'message', 'outcome', 'reason'].includes(key))).toEqual(
			[],
		);
	},
);
