import { randomUUID } from 'node:crypto';
import type { Sandbox } from '../sandbox/server';
import type { WorkflowJson } from './n8nEngine';

export const TRIGGER = 'n8n-nodes-enrich.enrichTrigger';

/** The trigger as n8n's editor adds it: with an address of its own. It reads no results by default. */
export const triggerNode = (parameters: object = {}, { isChecked = true } = {}) => ({
	id: randomUUID(),
	name: 'Enrich Trigger',
	type: TRIGGER,
	typeVersion: 1.1,
	webhookId: randomUUID(),
	parameters: { results: 'none', ...parameters },
	...(isChecked && { credentials: { enrichApi: { id: '1', name: 'Enrich account' } } }),
});
export type TriggerNode = ReturnType<typeof triggerNode>;

/** Trigger → Out. */
export const triggerWorkflow = (trigger: { name: string }): WorkflowJson => ({
	nodes: [trigger, { name: 'Out', type: 'n8n-nodes-base.noOp' }],
	connections: { [trigger.name]: { main: [[{ node: 'Out', type: 'main', index: 0 }]] } },
});

const PATHS = {
	emailFinder: '/email-finder/batch',
	emailValidation: '/email-validation/batch',
	phones: '/reverse-lookup/phones/bulk',
	reverseLookup: '/reverse-lookup/bulk-lookup',
};
export type Submitted = keyof typeof PATHS;

/** Starts a batch, as the Enrich node does; resolves to its ID. */
export async function submit(
	{ url, apiKey }: Sandbox,
	product: Submitted,
	body: object,
): Promise<string> {
	const answer = await fetch(url + PATHS[product], {
		method: 'POST',
		headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	const { data } = (await answer.json()) as { data?: { batchId: string } };
	if (!data) throw new Error(`The sandbox took no batch: ${answer.status}`);
	return data.batchId;
}

export const addressesFor = (count: number) =>
	Array.from({ length: count }, (_, i) => `person${i + 1}@company${i % 7}.com`);

/** Calls an address back, as Enrich does. */
export const callBack = (url: string, body: unknown): Promise<Response> =>
	fetch(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});

/** The end of an email validation as it is documented. */
export const endOf = (batchId: string, data: object = {}) => ({
	event: 'validation.completed',
	timestamp: '2025-06-03T14:40:00.000Z',
	data: { job_id: batchId, status: 'completed', total_items: 4, ...data },
});

/** One result of an email validation as it is documented. */
export const resultOf = (batchId: string, email: string) => ({
	event: 'webhook:email_lookup.completed',
	timestamp: '2025-06-03T14:35:00.000Z',
	data: {
		job_id: batchId,
		result_id: email,
		result: { email, result: 'valid', is_catch_all: false, message: 'The mailbox exists' },
	},
});
