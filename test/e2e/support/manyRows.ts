/** Workflows that look up many rows by a batch, each with a sandbox of its own. */
import type { SandboxOptions } from '../../../sandbox/server';
import { enrichNode } from '../../../testkit/enrichWorkflow';
import type { Account, RowsWorkflow, SetUp } from './setUp';
import { type Execution, jsonOf } from './n8nApi';
import { linkedField, to } from './workflows';

type EmailRow = { email: string; row: number };

/** The parameters of a step that validates addresses in a batch. */
export const validateMany = (options: object = {}) => ({
	resource: 'email',
	operation: 'validate',
	email: '={{ $json.email }}',
	options: { lookUp: 'batch', ...options },
});

/** So slow that a batch of some dozen rows outlasts the time for which a step stays. */
export const SLOW: SandboxOptions = { batchItemsPerSecond: 3 };

/** Rows → Enrich → Linked, which asks for the row that each result belongs to. */
export async function activateMany(
	e2e: SetUp<unknown>,
	options: object = {},
	pace: SandboxOptions = SLOW,
): Promise<RowsWorkflow & Account> {
	const account = await e2e.connect(pace);
	const workflow = await e2e.activate(
		[enrichNode(validateMany(options)), linkedField('Linked', "={{ $('Rows').item.json.row }}")],
		{ account, connections: { Enrich: to('Linked') } },
	);
	return { ...workflow, ...account };
}

/** What the batch was submitted with. */
export const submitsOf = ({ sandbox }: Account) =>
	sandbox.requests.filter(({ operationId }) => operationId === 'batchValidateEmails');

/** Every row has its own result of the one batch, and is linked with it. */
export function expectAll(execution: Execution, rows: readonly EmailRow[], { sandbox }: Account) {
	expect(execution.status).toBe('success');
	const results = jsonOf(execution, 'Linked');
	expect(results.map(({ email }) => email)).toEqual(rows.map(({ email }) => email));
	expect(results.map(({ linked }) => Number(linked))).toEqual(rows.map(({ row }) => row));
	expect(results.every(({ outcome }) => outcome === 'found')).toBe(true);
	expect(sandbox.batches).toHaveLength(1);
}
