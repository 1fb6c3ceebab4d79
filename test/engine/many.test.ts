import type { IBinaryData } from 'n8n-workflow';
import { parse } from 'csv-parse/sync';
import { startSandbox } from '../../sandbox/server';
import {
	addresses as sameAddresses,
	bench,
	enrichNode,
	FOUND,
	jsonOf,
	NOT_FOUND,
	outcomesOf,
} from '../../testkit/enrichWorkflow';
import { ADDS_RESULTS, LOSES_ANSWERS, TAKES_LONG, without } from '../../testkit/oddities';

/** The node knows for hours which rows it has sent, and the sandbox forgets them with each test. */
let round = 0;
beforeEach(() => void (round += 1));
const addresses = (count: number) =>
	sameAddresses(count).map(({ email, row }) => ({
		email: email.replace('example.com', `example${round}.com`),
		row,
	}));

/** Batches end at once, so that no test waits for a second look. */
const b = bench({
	...without(...LOSES_ANSWERS, ...ADDS_RESULTS, ...TAKES_LONG),
	balance: 1_000_000,
	batchItemsPerSecond: 10_000_000,
});

const validate = (more: object = {}) => ({
	resource: 'email',
	operation: 'validate',
	email: '={{ $json.email }}',
	...more,
});
const batch = (operation: string, more: object = {}) => ({ resource: 'batch', operation, ...more });
const submits = () => b.sandbox.batches.length;
const textOf = ({ data }: IBinaryData) => Buffer.from(data, 'base64').toString('utf8');

describe('many rows', () => {
	it('go out in one batch and come back each with its own result and row', async () => {
		const rows = [...addresses(40), ...addresses(10), { email: 'broken' }, { email: '' }];
		const result = await b.run(validate(), rows);
		const items = result.node('Enrich').outputs[0]!;
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(rows.map((_, item) => ({ item })));
		expect(jsonOf(result.node('Enrich')).map(({ email }) => email)).toEqual(
			rows.map(({ email }) => email),
		);
		const expected = [...Array.from({ length: 50 }, () => 'found'), 'failed', 'skipped'];
		expect(outcomesOf(result.node('Enrich'))).toEqual(expected);
		expect(submits()).toBe(1);
		expect(b.sandbox.batches[0]).toMatchObject({ totalItems: 40 });
		expect(result.node('Enrich').hints[0]?.message).toContain('40 credits used');
	});

	it('are looked up one by one when the rate limit lets them through at once, unless the user wants a batch', async () => {
		await b.run(validate(), addresses(10));
		expect(submits()).toBe(0);
		await b.run(validate({ options: { lookUp: 'batch' } }), addresses(3));
		expect(submits()).toBe(1);
	});

	it.each([
		['find', 'email', 'find', { firstName: 'first', lastName: 'last', domain: 'domain' }, FOUND],
		['phone', 'phone', 'find', { email: 'email' }, { email: 'david.kim@vercel.com' }],
		['people', 'person', 'findByEmail', { email: 'email' }, { email: 'emily.zhang@figma.com' }],
		['ip', 'company', 'findByIp', { ip: 'ip' }, { ip: '8.8.8.8' }],
	])('%s', async (_, resource, operation, fields, row) => {
		const parameters = Object.fromEntries(
			Object.entries(fields).map(([key, column]) => [key, `={{ $json.${column} }}`]),
		);
		const more = { resource, operation, ...parameters, options: { lookUp: 'batch' } };
		const result = await b.run(more, [row]);
		expect(outcomesOf(result.node('Enrich'))).toEqual(['found']);
		expect(submits()).toBe(resource === 'person' ? 0 : 1);
	});

	it('send misses to the second output', async () => {
		const many = { ...validate(), operation: 'find', notFound: 'output' };
		const named = {
			firstName: '={{ $json.first }}',
			lastName: '={{ $json.last }}',
			domain: '={{ $json.domain }}',
		};
		const result = await b.run(
			{ ...many, ...named, options: { lookUp: 'batch' } },
			[FOUND, NOT_FOUND],
			{
				outputs: ['Found', 'Not Found'],
			},
		);
		expect(outcomesOf(result.node('Enrich'), 0)).toEqual(['found']);
		expect(outcomesOf(result.node('Enrich'), 1)).toEqual(['notFound']);
	});

	it('that fail go to the error branch with all their columns', async () => {
		const result = await b.run(validate(), [...addresses(12), { email: 'broken', row: 13 }], {
			settings: { onError: 'continueErrorOutput' },
			outputs: ['Out', 'Error'],
		});
		expect(result.node('Enrich').outputs[0]).toHaveLength(12);
		expect(jsonOf(result.node('Error'))).toEqual([
			expect.objectContaining({ row: 13, error: expect.stringContaining('Row 13') as string }),
		]);
	});

	it('go out as far as the balance covers them, and misses are paid for by nobody', async () => {
		const rows = Array.from({ length: 101 }, (_, i) => ({ ...FOUND, last: `Zhang${i}x` }));
		b.sandbox.ledger.book('adjustment', 1_000 - b.sandbox.ledger.balance, 'Test', {});
		const fields = {
			firstName: '={{ $json.first }}',
			lastName: '={{ $json.last }}',
			domain: '={{ $json.domain }}',
		};
		const node = (await b.run({ resource: 'email', operation: 'find', ...fields }, rows)).node(
			'Enrich',
		);
		expect(outcomesOf(node)).toEqual(Array.from({ length: 101 }, () => 'notFound'));
		expect(b.sandbox.batches.map(({ totalItems }) => totalItems)).toEqual([100]);
		expect(node.hints[0]?.message).toContain(
			'The balance of 1,000 credits does not cover the full price of all rows, which a batch sets aside at its start: so they went out in smaller batches and one by one.',
		);
		expect(b.sandbox.ledger.balance).toBe(1_000);
	});

	it('beyond the spending limit are skipped', async () => {
		const result = await b.run(validate({ options: { maxCredits: 30 } }), addresses(40));
		expect(
			outcomesOf(result.node('Enrich')).filter((outcome) => outcome === 'skipped'),
		).toHaveLength(10);
		// A small one first, as Enrich may charge more than it documents.
		expect(b.sandbox.batches.map(({ totalItems }) => totalItems)).toEqual([3, 27]);
	});

	it('that were sent before are reused, and the rows and the receipt say so', async () => {
		await b.run(validate(), addresses(20));
		const again = await b.run(validate({ output: 'raw' }), addresses(20));
		expect(submits()).toBe(1);
		expect(again.node('Enrich').hints[0]?.message).toMatch(/0 credits used.* was reused/);
		expect(jsonOf(again.node('Enrich'))[0]).toMatchObject({
			creditsUsed: 0,
			batchId: b.sandbox.batches[0]?.batchId,
			reusedFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
		});
		await b.run(validate({ options: { reuseHours: 0 } }), addresses(20));
		expect(submits()).toBe(2);
	});

	it('of a lost submit are found again by Retry On Fail, and sent once', async () => {
		b.fault({ operationId: 'batchValidateEmails', when: 'after', kind: 'reset' });
		const result = await b.run(validate(), addresses(20));
		expect(outcomesOf(result.node('Enrich')).every((outcome) => outcome === 'found')).toBe(true);
		expect(submits()).toBe(1);
	}, 30_000);
});

describe('a file of results', () => {
	const csv = (text: string) => parse<Record<string, string>>(text, { columns: true, bom: true });

	it('holds every row once, with its columns and its outcome', async () => {
		const rows = [...addresses(20), { email: 'broken, "really"', row: 21 }, ...addresses(1)];
		const result = await b.run(validate({ options: { format: 'csv' } }), rows);
		const [item, ...others] = result.node('Enrich').outputs[0]!;
		expect(others).toEqual([]);
		expect(item!.json).toMatchObject({ rows: 22, found: 21, failed: 1, creditsUsed: 20 });
		const lines = csv(textOf(item!.binary!.data!));
		expect(lines.map(({ inputRow }) => Number(inputRow)).sort((x, y) => x - y)).toEqual(
			rows.map((_, i) => i + 1),
		);
		expect(Object.keys(lines[0]!)).toEqual([
			...['inputRow', 'email', 'row', 'result', 'confidence', 'isCatchAll'],
			...['outcome', 'reason', 'creditsUsed'],
		]);
		const byRow = new Map(lines.map((line) => [Number(line.inputRow), line]));
		rows.forEach(({ email }, i) => expect(byRow.get(i + 1)?.email).toBe(email));
		expect(byRow.get(21)).toMatchObject({ outcome: 'failed' });
		expect(byRow.get(1)).toMatchObject({ outcome: 'found', result: 'valid' });
	});

	it('is one JSON object a line, if so wanted', async () => {
		const result = await b.run(validate({ options: { format: 'jsonl' } }), addresses(15));
		const lines = textOf(result.node('Enrich').outputs[0]![0]!.binary!.data!).trim().split('\n');
		expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(
			Array.from({ length: 15 }, () => 'found'),
		);
	});

	it('leaves out what was not found, if so wanted', async () => {
		const fields = {
			firstName: '={{ $json.first }}',
			lastName: '={{ $json.last }}',
			domain: '={{ $json.domain }}',
		};
		const more = { notFound: 'drop', options: { format: 'csv', lookUp: 'batch' } };
		const result = await b.run({ resource: 'email', operation: 'find', ...fields, ...more }, [
			FOUND,
			NOT_FOUND,
		]);
		expect(csv(textOf(result.node('Enrich').outputs[0]![0]!.binary!.data!))).toHaveLength(1);
	});
});

describe('batches that are only started', () => {
	it('come out at once, linked to all their rows; rows that are in none come with their reason', async () => {
		const rows = [...addresses(12), { email: 'broken' }];
		const result = await b.run(validate({ options: { waiting: 'none' } }), rows);
		const [started, refused] = result.node('Enrich').outputs[0]!;
		expect(started!.json).toMatchObject({
			product: 'emailValidation',
			rows: 12,
			creditsReserved: 12,
		});
		expect(started!.pairedItem).toHaveLength(12);
		expect(refused!.json).toMatchObject({ email: 'broken', outcome: 'failed' });
	});

	it('are given the address for callbacks, but not one that Enrich cannot reach', async () => {
		const far = { enrichApi: { apiKey: b.sandbox.apiKey, baseUrl: 'https://api.example.com' } };
		const more = validate({
			options: { waiting: 'none', callbackUrl: 'http://localhost:5678/webhook/x' },
		});
		const refused = await b.run(more, addresses(12), { credentials: far });
		expect(refused.error?.message).toContain('cannot reach localhost');
		expect((await b.run(more, addresses(12))).status).toBe('success');
		const [sent] = b.sandbox.requests.filter(
			({ operationId }) => operationId === 'batchValidateEmails',
		);
		expect(sent?.input).toMatchObject({ webhookUrl: 'http://localhost:5678/webhook/x' });
	});

	const started = async () => {
		const result = await b.run(validate({ options: { waiting: 'none' } }), addresses(12));
		return jsonOf(result.node('Enrich'))[0] as { batchId: string; product: string };
	};
	const fields = { batchId: '={{ $json.batchId }}', product: 'any' };

	it('are waited for', async () => {
		const result = await b.run(batch('wait', fields), [await started()]);
		expect(jsonOf(result.node('Enrich'))).toEqual([
			expect.objectContaining({ status: 'completed', totalItems: 12 }),
		]);
	});

	it('give their results, also when only the ID is known', async () => {
		const { batchId } = await started();
		const result = await b.run(batch('getResults', fields), [{ batchId }]);
		expect(outcomesOf(result.node('Enrich'))).toEqual(Array.from({ length: 12 }, () => 'found'));
		const keys = (json: object[]) => [...new Set(json.flatMap((one) => Object.keys(one)))];
		expect(keys(jsonOf(result.node('Enrich')))).toEqual([
			...['email', 'result', 'confidence', 'isCatchAll'],
			...['outcome', 'reason', 'creditsUsed'],
		]);
		const raw = await b.run(batch('getResults', { ...fields, output: 'raw' }), [{ batchId }]);
		expect(jsonOf(raw.node('Enrich'))[0]).toMatchObject({ batchId, message: expect.any(String) });
	});

	it('are read once, however many items name them, and rows in none go on as they are', async () => {
		const item = await started();
		const refused = { email: 'broken', outcome: 'failed', reason: 'No address' };
		const items = [item, refused, item];
		const results = await b.run(batch('getResults', fields), items);
		expect(jsonOf(results.node('Enrich'))).toHaveLength(13);
		expect(jsonOf(results.node('Enrich')).at(-1)).toEqual(refused);
		const waited = await b.run(batch('wait', fields), items);
		expect(jsonOf(waited.node('Enrich'))).toHaveLength(2);
	});

	it('are not started with an address for callbacks that is none', async () => {
		const wrong = validate({ options: { waiting: 'none', callbackUrl: 'paste it here' } });
		const result = await b.run(wrong, addresses(12));
		expect(result.error?.message).toContain("'Send Callbacks To'");
		expect(submits()).toBe(0);
	});

	describe('whose second page cannot be read', () => {
		const isSecond = { operationId: 'getEmailValidationBatchResults', match: '"page":"2"' };
		const refused = { when: 'before', kind: 'status', status: 403, ...isSecond } as const;
		const long = async () => {
			const many = validate({ options: { waiting: 'none' } });
			return jsonOf((await b.run(many, addresses(2_100))).node('Enrich'))[0]!;
		};

		it('at first give all their results', async () => {
			const item = await long();
			b.fault(refused);
			const result = await b.run(batch('getResults', fields), [item]);
			const emails = jsonOf(result.node('Enrich')).map(({ email }) => email);
			expect(emails).toHaveLength(2_100);
			expect(new Set(emails).size).toBe(2_100);
		});

		it('at all give the others, and an item that says what is missing', async () => {
			const item = await long();
			b.fault({ ...refused, times: null });
			const result = await b.run(batch('getResults', fields), [item]);
			const items = jsonOf(result.node('Enrich'));
			expect(items).toHaveLength(1_001);
			expect(items.at(-1)).toMatchObject({
				batchId: item.batchId,
				outcome: 'failed',
				reason: expect.stringContaining('without page 2'),
				nextStep: expect.stringContaining('free'),
			});
			expect(result.node('Enrich').hints[0]?.message).toContain('without page 2');
		});
	});

	it('say so when their ID is unknown, and the other batches are read all the same', async () => {
		const rows = [{ batchId: 'f'.repeat(24) }, await started()];
		const stopped = await b.run(batch('getResults', fields), rows);
		expect(stopped.error?.message).toContain('Enrich does not know');
		const result = await b.run(batch('getResults', fields), rows, {
			settings: { onError: 'continueErrorOutput' },
			outputs: ['Out', 'Error'],
		});
		expect(result.node('Enrich').outputs[0]).toHaveLength(12);
		expect(jsonOf(result.node('Error'))).toHaveLength(1);
	});
});

describe('a wait', () => {
	it.each([
		['gives up', { giveUpAfter: 0 }],
		['is set up wrongly', { giveUpAfter: '' }],
		['knows no batch', { batchId: 'f'.repeat(24) }],
	])('that %s lets the workflow go on where it is to', async (_, parameters) => {
		const other = await startSandbox({ plan: 'unlimited', batchItemsPerSecond: 0.001 });
		try {
			const credentials = { enrichApi: { apiKey: other.apiKey, baseUrl: other.url } };
			const many = validate({ options: { waiting: 'none' } });
			const started = await b.run(many, addresses(12), { credentials });
			const { batchId } = jsonOf(started.node('Enrich'))[0]!;
			const result = await b.run(batch('wait', parameters), [{ batchId }], {
				credentials,
				settings: { onError: 'continueRegularOutput' },
			});
			expect(result.status).toBe('success');
			expect(jsonOf(result.node('Enrich'))).toEqual([
				expect.objectContaining({ error: expect.any(String) as string }),
			]);
		} finally {
			await other.close();
		}
	});
});

test('cancelling names the batch, which goes on', async () => {
	const cancel = new AbortController();
	b.sandbox.fault({ operationId: 'getEmailValidationBatchStatus', when: 'before', kind: 'reset' });
	const running = b.run(validate(), addresses(20), { signal: cancel.signal });
	while (submits() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
	cancel.abort();
	expect((await running).status).toBe('canceled');
});

test('the key stands in no output, no file and no callback address', async () => {
	const workflow = {
		nodes: [
			{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' },
			enrichNode(validate({ options: { format: 'jsonl' } })),
		],
		connections: { Trigger: { main: [[{ node: 'Enrich', type: 'main', index: 0 }]] } },
	};
	const result = await b.runAll(workflow, addresses(12));
	expect(JSON.stringify(result.raw)).not.toContain(b.sandbox.apiKey);
	expect(textOf(result.node('Enrich').outputs[0]![0]!.binary!.data!)).not.toContain(
		b.sandbox.apiKey,
	);
});
