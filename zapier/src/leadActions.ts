import {
	type Create,
	type CreatePerform,
	defineCreate,
	type InputFieldGroup,
	type PlainInputField,
	type PlainOutputField,
	type Trigger,
	type ZObject,
} from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import { documentedCost, type Operation, type OutputOf } from '../../shared/contract/operation';
import type { Success } from '../../shared/contract/provider';
import { counted } from '../../shared/errors/wording';
import type { Client } from '../../shared/http/client';
import { numberSetting } from '../../shared/input/numberSetting';
import { keyOf, prepare } from '../../shared/input/prepare';
import { isBlank } from '../../shared/input/text';
import { ConnectorError } from '../../shared/errors/ConnectorError';
import { enrich } from '../../shared/providers/enrich';
import { callOnce, type IdempotencyStore } from '../../shared/rows/idempotency';
import { composites } from './catalog';
import { withJitter } from './errors';
import { zapierIdempotencyStore } from './idempotencyStore';
import { badInput, formOf } from './inputs';
import type { Item } from './item';
import { aboutFields, columnsOf, record, toField, withoutNulls } from './outputs';
import { offeredAs } from './placement';
import { pollingTrigger } from './pollingTrigger';
import { runStep } from './step';

/** Actions on leads that a search has found, and on whole searches. */

const { getRevealJob, revealLeads, unlockNames, exportLeads } = enrich.operations;
const NOTHING_CHARGED = 'Nothing was sent or charged.';

/** Of a dropdown that offers nothing: leads are mapped from a search. */
export const leadList: Trigger = pollingTrigger(
	composites.lead_list,
	{
		poll: () => Promise.resolve([]),
		outputFields: [
			{ key: 'id', label: 'Lead', type: 'string' },
			{ key: 'name', label: 'Name', type: 'string' },
		],
		sample: { id: 'enc_abc123def456', name: 'Sarah C., VP of Sales' },
	},
	{ isHidden: true },
);

const leadsField = (max: number): PlainInputField => ({
	key: 'leads',
	label: 'Leads',
	type: 'string',
	list: true,
	required: true,
	dynamic: 'lead_list.id.name',
	search: 'find_leads.id',
	helpText: `Map 'Lead ID' of Find Leads; up to ${max} at once.`,
	placeholder: 'enc_abc123def456',
});

const copy = (helpText: string): PlainInputField => ({ key: 'price', type: 'copy', helpText });

/** Each once. @throws ConnectorError of kind `badInput` */
function leadsIn({ leads }: Data, max: number): { id: string }[] {
	const listed = (Array.isArray(leads) ? leads : String(leads ?? '').split(',')) as unknown[];
	const ids = [...new Set(listed.map((id) => String(id ?? '').trim()).filter(Boolean))];
	if (ids.length === 0) throw badInput('Leads', 'is empty');
	if (ids.length > max) throw badInput('Leads', `holds ${ids.length}; ${max} are the most at once`);
	return ids.map((id) => ({ id }));
}

/** Why it would cost too much; undefined: it would not. */
function tooDear(z: ZObject, cost: number, maxCredits = Infinity): Error | undefined {
	if (cost <= maxCredits) return undefined;
	return new z.errors.HaltedError(
		`It could cost ${counted(cost, 'credit')} as documented, more than 'Maximum Credits' allows (${counted(maxCredits)}). ${NOTHING_CHARGED}`,
	);
}

/**
 * Sends a paid call once, also when the step is run again. Jobs are answered even where the balance
 * is too low for them, so it is read before.
 */
async function sendOnce(
	client: Client,
	store: IdempotencyStore,
	operation: Operation,
	input: Data,
): Promise<{ answer: Success; key: string }> {
	const key = `${operation.operationId} ${keyOf(operation, input)}`;
	const required = documentedCost(operation, input) ?? 0;
	const answer = await callOnce(store, key, client, async () => {
		const available = required > 0 ? await enrich.wallet.balance(client) : undefined;
		if (available !== undefined && available < required)
			throw client.error({
				kind: 'insufficientCredits',
				creditsRequired: required,
				creditsAvailable: available,
			});
		return await client.call(operation, input);
	});
	return { answer, key };
}

const ABOUT = ['creditsUsed', 'creditsLeft', 'reusedAnswer'] as const;

const about = ({ receipt, isReused }: Success, creditsUsed: number | null) => ({
	credits_used: isReused ? 0 : creditsUsed,
	credits_left: isReused ? null : receipt.creditsRemaining,
	reused_answer: isReused === true,
});

const sampleAbout = (credits_used: number) => ({
	...{ credits_used, credits_left: 24_990, reused_answer: false },
});

interface Action {
	operation: Operation;
	inputFields: PlainInputField[];
	inputFieldGroups?: InputFieldGroup[];
	perform: CreatePerform<Data, Data>;
	outputFields: PlainOutputField[];
	sample: Data;
}

function createOf({ key, noun, label, description }: Item, action: Action): Create {
	const { inputFields, inputFieldGroups = [], perform, outputFields, sample } = action;
	return defineCreate({
		key,
		noun,
		display: { label, description },
		operation: { inputFields, inputFieldGroups, perform, outputFields, sample },
	});
}

// Reveal Leads

const REVEALS: Record<string, { label: string; fields: ('email' | 'phone')[] }> = {
	email: { label: 'Emails', fields: ['email'] },
	phone: { label: 'Phone numbers', fields: ['phone'] },
	both: { label: 'Emails and phone numbers', fields: ['email', 'phone'] },
};
const MAX_REVEALED = 25;
/** Milliseconds between looks; afterwards Zapier runs the step again. */
const LOOKS_MS = [1_000, 2_000, 3_000, 4_000, 5_000];
const AGAIN_SECONDS = 15;

const revealedColumns = columnsOf(getRevealJob).find(({ key }) => key === 'results_revealed')
	?.children as NonNullable<ReturnType<typeof columnsOf>[number]['children']>;

type RevealJob = OutputOf<typeof getRevealJob>;

function toRevealRow(jobId: string, { status, results }: RevealJob) {
	const { revealed = [], ...counts } = results ?? {};
	return {
		id: jobId,
		status: status ?? null,
		leads_count: revealed.length,
		newly_revealed: counts.newlyRevealed ?? null,
		already_revealed: counts.alreadyRevealed ?? null,
		leads: revealed.map((lead) => record(revealedColumns, lead)),
		credits_refunded: counts.creditsRefunded ?? null,
	};
}

const revealAction: Action = {
	operation: revealLeads as Operation,
	inputFields: [
		copy(
			'Costs, as documented, 10 credits per email and 525 per phone number; what was revealed before, or is not found, is free. A test in the editor reveals nothing and costs nothing.',
		),
		leadsField(MAX_REVEALED),
		{
			key: 'reveal',
			label: 'Reveal',
			type: 'string',
			required: false,
			choices: Object.fromEntries(
				Object.entries(REVEALS).map(([value, { label }]) => [value, label]),
			),
			default: 'email',
			helpText: 'What to reveal of each lead.',
		},
		{
			key: 'maximum_credits',
			label: 'Maximum Credits',
			type: 'integer',
			required: false,
			helpText: 'What could cost more, as documented, is not revealed.',
		},
	],
	perform: (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const { inputData, meta } = bundle;
			const leads = leadsIn(inputData, MAX_REVEALED);
			const chosen = REVEALS[String(inputData.reveal ?? 'email')];
			if (!chosen) throw badInput('Reveal', 'is none of its choices');
			const input = { leads, fields: chosen.fields };
			const cost = documentedCost(revealLeads as Operation, input) ?? Infinity;
			const problem = tooDear(z, cost, maxCreditsOf(inputData));
			if (problem) throw problem;
			if (meta?.isLoadingSample) return revealAction.sample;
			const store = zapierIdempotencyStore(z, connection);
			const { answer, key } = await sendOnce(client, store, revealLeads as Operation, input);
			const { jobId } = answer.data;
			if (typeof jobId !== 'string')
				throw client.error({ kind: 'unreadable', detail: 'it names no job' });
			const job = await waitForReveal(z, client, jobId);
			if (job.status === 'failed') {
				// What it revealed is free the next time, so it may be started anew.
				await store.delete(key);
				const why = job.error ? `: ${job.error}` : '';
				throw new z.errors.HaltedError(
					`The leads could not be revealed${why}. What it cost stands in your wallet; what was revealed is free when you replay the run.`,
				);
			}
			return {
				...toRevealRow(jobId, job),
				...about(answer, job.results?.creditsUsed ?? null),
			};
		}),
	outputFields: [
		{ key: 'id', label: 'Job ID', type: 'string' },
		{ key: 'status', label: 'Status', type: 'string' },
		{ key: 'leads_count', label: 'Leads Revealed', type: 'integer' },
		{ key: 'newly_revealed', label: 'Newly Revealed', type: 'integer' },
		{ key: 'already_revealed', label: 'Already Revealed', type: 'integer' },
		{ key: 'leads', label: 'Leads', children: revealedColumns.map(toField) },
		{ key: 'credits_refunded', label: 'Credits Refunded', type: 'number' },
		...aboutFields(ABOUT),
	],
	sample: withoutNulls({
		...toRevealRow('rj_0f3a9c517be2d846', getRevealJob.example.data),
		leads: (getRevealJob.example.data.results?.revealed ?? []).map((lead) =>
			withoutNulls(record(revealedColumns, lead)),
		),
		...sampleAbout(10),
	}),
};

/** @throws ConnectorError of kind `badInput` */
const maxCreditsOf = ({ maximum_credits: entered }: Data): number | undefined =>
	isBlank(entered) ? undefined : numberSetting('Maximum Credits', entered);

/** Reading is free. @throws ThrottledError where it takes longer than a step */
async function waitForReveal(z: ZObject, client: Client, jobId: string): Promise<RevealJob> {
	for (let look = 0; ; look++) {
		const { data } = await client.call(getRevealJob, { jobId });
		if (data.status === 'completed' || data.status === 'failed') return data;
		const waitMs = LOOKS_MS[look];
		if (waitMs === undefined) {
			const { processed, total } = data.progress ?? {};
			const done = processed === undefined ? '' : ` (${processed} of ${total ?? '?'})`;
			throw new z.errors.ThrottledError(
				`The leads are being revealed${done}. Zapier looks again by itself; nothing is charged for that.`,
				withJitter(AGAIN_SECONDS),
			);
		}
		await client.sleep(waitMs);
	}
}

// Unlock Lead Names

const MAX_UNLOCKED = 100;
const nameColumns = columnsOf(unlockNames as Operation);

function toNamesRow(entries: readonly Data[]) {
	return {
		id: String(entries[0]?.id ?? ''),
		leads_count: entries.length,
		leads: entries.map((entry) => record(nameColumns, entry)),
	};
}

const unlockAction: Action = {
	operation: unlockNames as Operation,
	inputFields: [
		copy(
			'Costs 1 credit per lead, as documented. A test in the editor unlocks nothing and costs nothing.',
		),
		leadsField(MAX_UNLOCKED),
		{
			key: 'maximum_credits',
			label: 'Maximum Credits',
			type: 'integer',
			required: false,
			helpText: 'What could cost more, as documented, is not unlocked.',
		},
	],
	perform: (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const leads = leadsIn(bundle.inputData, MAX_UNLOCKED);
			const problem = tooDear(z, leads.length, maxCreditsOf(bundle.inputData));
			if (problem) throw problem;
			if (bundle.meta?.isLoadingSample) return unlockAction.sample;
			const store = zapierIdempotencyStore(z, connection);
			const { answer } = await sendOnce(client, store, unlockNames as Operation, { leads });
			const { results = [] } = answer.data as OutputOf<typeof unlockNames>;
			return { ...toNamesRow(results), ...about(answer, answer.receipt.creditsUsed) };
		}),
	outputFields: [
		{ key: 'id', label: 'First Lead ID', type: 'string' },
		{ key: 'leads_count', label: 'Names Unlocked', type: 'integer' },
		{ key: 'leads', label: 'Leads', children: nameColumns.map(toField) },
		...aboutFields(ABOUT),
	],
	sample: {
		...toNamesRow(unlockNames.example.data.results ?? []),
		...sampleAbout(1),
	},
};

// Start Lead Export

/** Leads are chosen by filters; contact data by its two fields; a file has no pages. */
const OMITTED = ['leadIds', 'includeContactInfo', 'page', 'pageSize'];
const exportForm = formOf(exportLeads as Operation, OMITTED);
const exportColumns = columnsOf(exportLeads as Operation, ['jobId', 'message']);

const toExportRow = (data: Data) => ({ id: data.jobId ?? null, ...record(exportColumns, data) });

const exportAction: Action = {
	operation: exportLeads as Operation,
	inputFields: exportForm.inputFields,
	inputFieldGroups: exportForm.inputFieldGroups,
	perform: (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const { values } = exportForm.toRow(bundle.inputData);
			const prepared = prepare(exportLeads as Operation, values);
			if ('blank' in prepared)
				throw new ConnectorError({ kind: 'badInput', detail: prepared.blank });
			const maxCredits = exportForm.maxCredits(bundle.inputData);
			const input = await resolved(prepared.input, prepared.extras ?? {}, client);
			const cost = documentedCost(exportLeads as Operation, input) ?? Infinity;
			const problem = tooDear(z, cost, maxCredits);
			if (problem) throw problem;
			if (bundle.meta?.isLoadingSample) return exportAction.sample;
			const store = zapierIdempotencyStore(z, connection);
			const { answer } = await sendOnce(client, store, exportLeads as Operation, input);
			return { ...toExportRow(answer.data), reused_answer: answer.isReused === true };
		}),
	outputFields: [
		{ key: 'id', label: 'Job ID', type: 'string' },
		...exportColumns.map(toField),
		...aboutFields(['reusedAnswer']),
	],
	sample: { ...toExportRow(exportLeads.example.data), reused_answer: false },
};

const resolved = async (input: Data, extras: Data, client: Client): Promise<Data> =>
	await enrich.resolve(exportLeads as Operation, input, extras, client);

const ACTIONS = [revealAction, unlockAction, exportAction];

/** The actions on leads, by key. */
export const leadActions: Record<string, Create> = Object.fromEntries(
	offeredAs('create').flatMap(({ operation, item }) => {
		const action = ACTIONS.find((one) => one.operation === operation);
		return action ? [[item.key, createOf(item, action)]] : [];
	}),
);
