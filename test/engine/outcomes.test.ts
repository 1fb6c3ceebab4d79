import {
	addresses,
	BLANK,
	bench,
	chain,
	enrichNode,
	find,
	FOUND,
	jsonOf,
	NOT_FOUND,
	outcomesOf,
	UNUSABLE,
	validate,
} from '../../testkit/enrichWorkflow';

const b = bench();
const file = { data: 'aGk=', mimeType: 'text/plain' };
const rows = [FOUND, NOT_FOUND, BLANK, UNUSABLE];
const numbered = rows.map((json, i) => ({ json: { ...json, id: i + 1 }, binary: { file } }));

describe('outcomes', () => {
	test('every row ends in one, beside its own fields, and in its place', async () => {
		const result = await b.run(find(), numbered);
		const node = result.node('Enrich');
		expect(outcomesOf(node)).toEqual(['found', 'notFound', 'skipped', 'failed']);
		expect(jsonOf(node).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
		expect(node.outputs[0]!.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(node.outputs[0]!.map(({ binary }) => binary?.file)).toEqual(Array(4).fill(file));
		expect(jsonOf(node)[0]).toMatchObject({
			email: 'emily.zhang@figma.com',
			reason: 'Email found with high confidence',
			creditsUsed: 10,
		});
		expect(jsonOf(node)[2]).toMatchObject({
			creditsUsed: 0,
			reason: expect.stringContaining('nothing to look up'),
		});
		expect(jsonOf(node)[3]).toMatchObject({
			creditsUsed: 0,
			reason: expect.stringMatching(
				/^'Company Domain' .* Correct 'Company Domain' .* Nothing was charged for this row\.$/,
			),
		});
		expect(jsonOf(node)[3]).not.toHaveProperty('error');
	});

	test("the row's own columns, what was asked for, outcome, reason and credits: in every row", async () => {
		const node = (await b.run(find(), numbered)).node('Enrich');
		const asked = ['email', 'confidence', 'isCatchAll'];
		for (const json of jsonOf(node)) {
			expect(Object.keys(json)).toEqual([
				...['first', 'last', 'domain', 'id'],
				...asked,
				...['outcome', 'reason', 'creditsUsed'],
			]);
			expect(Object.values(json)).not.toContain(undefined);
			if (json.outcome !== 'found')
				expect(asked.map((key) => json[key])).toEqual(Array(3).fill(null));
		}
	});

	test('all that is known of a request comes on request', async () => {
		const raw = jsonOf((await b.run(find({ output: 'raw' }), numbered)).node('Enrich'));
		expect(raw[0]).toMatchObject({
			found: true,
			message: 'Email found with high confidence',
			creditsLeft: 24_990,
			requestId: expect.any(String),
			mayHaveBeenCharged: false,
			batchId: null,
		});
		expect(new Set(raw.map((json) => Object.keys(json).join())).size).toBe(1);
		const selected = { output: 'selected', outputFields: ['creditsLeft', 'email'] };
		expect(jsonOf((await b.run(find(selected), [FOUND])).node('Enrich'))).toEqual([
			{
				...FOUND,
				email: 'emily.zhang@figma.com',
				outcome: 'found',
				reason: 'Email found with high confidence',
				creditsUsed: 10,
				creditsLeft: expect.any(Number),
			},
		]);
	});

	test('a phone number to use stands beside all numbers', async () => {
		const parameters = { resource: 'phone', operation: 'find', email: '={{ $json.email }}' };
		const rows = [{ email: 'emily.zhang@figma.com' }, { email: 'nobody@figma.com' }];
		const [found, missed] = jsonOf((await b.run(parameters, rows)).node('Enrich'));
		expect(found).toMatchObject({
			phone: '+14155550137',
			phones: ['+14155550137', '+14155550138'],
		});
		expect(missed).toMatchObject({ phone: null, phones: [], outcome: 'notFound' });
	});

	test('an invalid address is not found, though it was paid for', async () => {
		const emails = ['someone@gmail.com', 'risky@example.com', 'invalid@example.com'];
		const rows = emails.map((email) => ({ email }));
		const node = (await b.run(validate({ notFound: 'output' }), rows)).node('Enrich');
		const seen = (output: number) =>
			jsonOf(node, output).map(({ result, outcome, creditsUsed }) => [
				result,
				outcome,
				creditsUsed,
			]);
		expect(seen(0)).toEqual([
			['valid', 'found', 1],
			['risky', 'found', 0],
		]);
		expect(seen(1)).toEqual([['invalid', 'notFound', 1]]);
		expect(node.hints[0]?.message).toContain('1 valid, 1 risky, 1 invalid, 0 skipped, 0 failed');
	});

	test('the hint counts rows and credits', async () => {
		const { hints } = (await b.run(find(), [...rows, FOUND])).node('Enrich');
		expect(hints).toEqual([
			{
				message: expect.stringMatching(
					/^5 rows: 2 found, 1 not found, 1 skipped, 1 failed\. 10 credits used, 24,990 left\. Main reason for failed rows: 'Company Domain' "Notion Labs" looks like/,
				),
				location: 'outputPane',
				type: 'warning',
			},
		]);
		const one = (await b.run(validate(), addresses(1))).node('Enrich');
		expect(one.hints[0]).toMatchObject({
			message:
				'1 row: 1 valid, 0 risky, 0 invalid, 0 skipped, 0 failed. 1 credit used, 24,989 left.',
			type: 'info',
		});
		expect(
			(await b.run({ resource: 'wallet', operation: 'getBalance' }, [{}])).node('Enrich').hints,
		).toEqual([]);
	});

	test('the hint tells apart what was used and what may have been charged', async () => {
		const unclear = { when: 'before', kind: 'status', status: 500 } as const;
		b.fault({ ...unclear, match: 'valid.2@' });
		const { hints } = (await b.run(validate(), addresses(2))).node('Enrich');
		expect(hints[0]?.message).toMatch(
			/1 failed\. 1 credit used, 1 more may have been charged, [\d,]+ left\. Main reason/,
		);
		b.fault({ ...unclear, match: 'valid.3@' });
		const lost = (await b.run(validate(), addresses(3).slice(2))).node('Enrich');
		expect(lost.hints[0]?.message).toContain('1 failed. 1 credit may have been charged. Main');
	});

	test('the hint of a search counts leads', async () => {
		const search = { resource: 'lead', operation: 'search', returnAll: false, limit: 7 };
		const parameters = { ...search, filtersBy: 'json', filters: { countryName: ['Germany'] } };
		const { hints } = (await b.run(parameters, [{}])).node('Enrich');
		expect(hints[0]?.message).toMatch(/^1 row: 7 leads found, 0 not found/);
	});

	test('equal rows are looked up once; the first bears the charge', async () => {
		const shouted = { first: ' EMILY', last: 'zhang ', domain: 'https://www.figma.com/about' };
		const node = (await b.run(find({ output: 'raw' }), [FOUND, shouted, FOUND])).node('Enrich');
		expect(b.sandbox.requests).toHaveLength(1);
		expect(
			jsonOf(node).map(({ email, creditsUsed, sameAsRow }) => [email, creditsUsed, sameAsRow]),
		).toEqual([
			['emily.zhang@figma.com', 10, null],
			['emily.zhang@figma.com', 0, 1],
			['emily.zhang@figma.com', 0, 1],
		]);
	});
});

describe('rows not found', () => {
	/** Reads the trigger's row through the linked items. */
	const linked = (name: string) => ({
		...enrichNode(
			validate({
				email: '={{ $("Trigger").item.json.id }}@example.com',
				options: { resultField: 'seen' },
			}),
			{},
			name,
		),
	});
	const idsAt = (result: Awaited<ReturnType<typeof b.run>>, node: string) =>
		result.runs(node).length === 0
			? []
			: jsonOf(result.node(node)).map(
					({ seen }) => (seen as { email: string }).email.split('@')[0],
				);

	async function branched(
		notFound: string,
		settings: object = {},
		branches = ['First', 'Second', 'Third'],
	) {
		const workflow = {
			nodes: [
				{ name: 'Trigger', type: 'n8n-nodes-base.manualTrigger' },
				enrichNode(find({ notFound }), settings),
				...branches.map(linked),
			],
			connections: {
				Trigger: { main: [[{ node: 'Enrich', type: 'main', index: 0 }]] },
				Enrich: { main: branches.map((node) => [{ node, type: 'main', index: 0 }]) },
			},
		};
		const result = await b.runAll(workflow, numbered);
		return branches.map((node) => idsAt(result, node));
	}

	test('are kept, dropped, or sent to an output of their own, each linked to its row', async () => {
		expect(await branched('keep')).toEqual([['1', '2', '3', '4'], [], []]);
		expect(await branched('drop')).toEqual([['1', '3', '4'], [], []]);
		expect(await branched('output')).toEqual([['1'], ['2', '3', '4'], []]);
	});

	test('only rows that have what is wanted leave through Found, whatever On Error says', async () => {
		const continued = { onError: 'continueRegularOutput' };
		expect(await branched('output', continued)).toEqual([['1'], ['2', '3', '4'], []]);
		const parameters = find({
			notFound: 'output',
			options: { skipIfFilled: '={{ $json.email }}' },
		});
		const rows = [UNUSABLE, { ...FOUND, email: 'there@figma.com' }, BLANK];
		const result = await b.run(parameters, rows, { outputs: ['Found', 'Not Found'] });
		expect(outcomesOf(result.node('Enrich'), 0)).toEqual(['skipped']);
		expect(outcomesOf(result.node('Enrich'), 1)).toEqual(['failed', 'skipped']);
	});

	test('nor does a row leave through Found where the step could not begin', async () => {
		const result = await b.run(find({ notFound: 'output' }), [FOUND, NOT_FOUND], {
			outputs: ['Found', 'Not Found'],
			settings: { onError: 'continueRegularOutput' },
			credentials: { enrichApi: { apiKey: 'no key' } },
		});
		expect(jsonOf(result.node('Enrich'), 0)).toEqual([]);
		expect(jsonOf(result.node('Enrich'), 1)).toMatchObject([FOUND, NOT_FOUND]);
	});

	test('the error branch comes last, behind Not Found', async () => {
		const settings = { onError: 'continueErrorOutput' };
		expect(await branched('output', settings)).toEqual([['1'], ['2', '3'], ['4']]);
		expect(await branched('keep', settings)).toEqual([['1', '2', '3'], ['4'], []]);
	});

	test('keep their binary on the second output', async () => {
		const result = await b.run(find({ notFound: 'output' }), numbered, {
			outputs: ['Found', 'Not Found'],
		});
		expect(result.node('Not Found').outputs[0]![0]!.binary).toEqual({ file });
	});

	test('nothing is left when all are dropped', async () => {
		const result = await b.run(find({ notFound: 'drop' }), [NOT_FOUND]);
		expect(result.status).toBe('success');
		expect(result.node('Enrich').outputs).toEqual([[]]);
	});
});

describe('options', () => {
	const run = async (options: object, items: object[] = [{ ...FOUND, id: 1 }]) =>
		jsonOf((await b.run(find({ options }), items)).node('Enrich'));

	test('without the input fields', async () => {
		const [json] = await run({ includeInputFields: false });
		expect(json).not.toHaveProperty('id');
		expect(json).toMatchObject({ email: 'emily.zhang@figma.com' });
		const bare = await b.run(find({ options: { includeInputFields: false } }), numbered);
		expect(bare.last.every(({ binary }) => binary === undefined)).toBe(true);
	});

	test('the result in a field of its own', async () => {
		const [json] = await run({ resultField: ' found ' });
		expect(json).toEqual({
			...FOUND,
			id: 1,
			found: expect.objectContaining({ outcome: 'found', creditsUsed: 10 }),
		});
		const [alone] = await run({ resultField: 'found', includeInputFields: false });
		expect(Object.keys(alone!)).toEqual(['found']);
		expect(Object.getPrototypeOf((await run({ resultField: '__proto__' }))[0])).toBe(
			Object.prototype,
		);
	});

	test('an empty result never wipes out what the row holds', async () => {
		const filled = { ...NOT_FOUND, email: 'old@acme.com', confidence: 'low' };
		expect((await run({}, [filled]))[0]).toMatchObject({
			outcome: 'notFound',
			email: 'old@acme.com',
			confidence: 'low',
		});
	});

	test('values that the row has are kept, if so wanted', async () => {
		const row = { ...FOUND, email: 'mine@figma.com', confidence: '' };
		expect((await run({ keepExisting: true }, [row]))[0]).toMatchObject({
			email: 'mine@figma.com',
			confidence: 'high',
			isCatchAll: false,
			outcome: 'found',
			creditsUsed: 10,
		});
		expect((await run({}, [row]))[0]).toMatchObject({ email: 'emily.zhang@figma.com' });
	});

	test('only what is good enough is accepted; the rest is not found, and paid for', async () => {
		const rows = [FOUND, { first: 'Ann', last: 'Lee', domain: 'catchall.example' }];
		const parameters = find({ notFound: 'output', options: { acceptOnly: ['high'] } });
		const node = (await b.run(parameters, rows, { outputs: ['Found', 'Not Found'] })).node(
			'Enrich',
		);
		expect(jsonOf(node, 0)).toMatchObject([{ email: 'emily.zhang@figma.com', confidence: 'high' }]);
		expect(jsonOf(node, 1)).toMatchObject([
			{
				email: null,
				confidence: 'low',
				outcome: 'notFound',
				reason: expect.stringMatching(/^Not accepted, as 'Confidence' is "low"/),
				creditsUsed: 10,
			},
		]);
		expect(node.hints[0]?.message).toMatch(/^2 rows: 1 found, 1 not found, .* 20 credits used/);
		const raw = find({ output: 'raw', options: { acceptOnly: ['high'] } });
		expect(jsonOf((await b.run(raw, rows)).node('Enrich'))[1]!.email).toContain(
			'@catchall.example',
		);
	});

	test('several steps keep who was asked, for how much and when', async () => {
		const result = await b.runAll(
			chain(
				enrichNode(find({ options: { trailField: 'trail' } }), {}, 'One'),
				enrichNode(validate(), {}, 'Two'),
			),
			[FOUND, NOT_FOUND, { ...BLANK, email: 'someone@gmail.com' }],
		);
		const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC';
		const [both, first, none] = jsonOf(result.node('Two')).map(({ trail }) => trail);
		expect(both).toMatch(
			new RegExp(
				`^Find Email by Enrich: found, 10 credits, ${time} → Validate Email by Enrich: found, 1 credit, ${time}$`,
			),
		);
		expect(first).toMatch(new RegExp(`^Find Email by Enrich: not found, 0 credits, ${time}$`));
		expect(none).toBeNull();
	});

	test('what an earlier Enrich step told is not taken for news of this one', async () => {
		const earlier = {
			...BLANK,
			outcome: 'failed',
			creditsUsed: 0,
			mayHaveBeenCharged: true,
			requestId: 'r',
			sameAsRow: 1,
		};
		const [json] = await run({}, [earlier]);
		expect(json).toMatchObject({ outcome: 'skipped', creditsUsed: 0 });
		for (const key of ['mayHaveBeenCharged', 'requestId', 'sameAsRow'])
			expect(json).not.toHaveProperty(key);
		expect((await run({}, [{ ...BLANK, requestId: 'mine' }]))[0]).toMatchObject({
			requestId: 'mine',
		});
	});

	test('rows that are filled already are skipped, row by row', async () => {
		const items = [
			{ ...FOUND, mail: 'there@figma.com' },
			{ ...FOUND, mail: '  ' },
			{ ...FOUND, mail: 0 },
			{ ...FOUND },
		];
		const json = await run({ skipIfFilled: '={{ $json.mail }}' }, items);
		expect(json.map(({ outcome }) => outcome)).toEqual(['skipped', 'found', 'skipped', 'found']);
		expect(json[0]).toMatchObject({
			reason: 'Already filled',
			mail: 'there@figma.com',
			creditsUsed: 0,
		});
		expect(b.sandbox.requests).toHaveLength(1);
	});

	test.each([0, 1, 3, 4, 5])('Maximum Credits of %i are kept to exactly', async (maxCredits) => {
		const result = await b.run(validate({ options: { maxCredits } }), addresses(4));
		expect(b.sandbox.ledger.charged()).toBe(Math.min(4, maxCredits));
		expect(b.sandbox.requests).toHaveLength(Math.min(4, maxCredits));
		const skipped = jsonOf(result.node('Enrich')).filter(({ outcome }) => outcome === 'skipped');
		expect(skipped).toHaveLength(Math.max(0, 4 - maxCredits));
		for (const { reason } of skipped) {
			expect(reason).toContain('spending limit');
			expect(reason).toContain("'Maximum Credits'");
		}
	});

	test('a limit below the price of one call sends nothing', async () => {
		expect(await run({ maxCredits: 9 })).toMatchObject([{ outcome: 'skipped' }]);
		expect(b.sandbox.requests).toHaveLength(0);
	});

	test.each(['abc', '', null, -1, [], {}])(
		'Maximum Credits of %j is refused, not taken for "no limit"',
		async (value) => {
			const options = { maxCredits: `={{ ${JSON.stringify(value)} }}` };
			const result = await b.run(find({ options }), [FOUND]);
			expect(result.error?.message).toContain("'Maximum Credits' must be a number");
			expect(b.sandbox.requests).toHaveLength(0);
		},
	);
});

test('a chain of steps keeps the row and finds its own memory', async () => {
	const result = await b.runAll(
		chain(
			enrichNode(find({ options: { resultField: 'find' } }), {}, 'One'),
			enrichNode(find({ options: { resultField: 'again' } }), {}, 'Two'),
			enrichNode(validate({ email: '={{ $json.find.email }}' }), {}, 'Three'),
		),
		[FOUND, NOT_FOUND],
	);
	expect(result.last.map(({ json }) => [json.outcome, json.first])).toEqual([
		['found', 'Emily'],
		['skipped', 'Thomas'],
	]);
	// Emily twice: the second step is another one, and finding costs each time.
	expect(b.sandbox.ledger.charged()).toBe(21);
});
