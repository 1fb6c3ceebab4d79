import fc from 'fast-check';
import * as z from 'zod';
import type { Data } from '../../shared/contract/data';
import { defineOperation, type Operation, type Paging } from '../../shared/contract/operation';
import { paginate, type PaginateOptions } from '../../shared/http/paginate';

const paging: Paging = {
	entries: 'entries',
	size: 'size',
	maxSize: 10,
	hasMore: ({ data }) => data.hasMore === true,
};

const listWith = (more: Partial<Paging> = {}, hasPages = true): Operation =>
	defineOperation({
		operationId: 'list',
		method: 'GET',
		path: '/list',
		title: 'List',
		description: 'A list',
		billing: 'freeRead',
		price: null,
		input: z.object({}),
		output: z.object({ entries: z.array(z.unknown()), hasMore: z.boolean() }),
		...(hasPages && { paging: { ...paging, ...more } as never }),
		outcome: () => ({ found: true, reason: '' }),
		example: { input: {}, data: { entries: [] } },
	}) as unknown as Operation;

/** A list of so many entries; keeps what it was asked for. */
function api(length: number) {
	const asked: Data[] = [];
	const call = async (input: Data) => {
		asked.push(input);
		const [page, size] = [Number(input.page), Number(input.size)];
		const rows = Array.from({ length }, (_, i) => ({ id: i }));
		const data = {
			entries: rows.slice((page - 1) * size, page * size),
			hasMore: page * size < length,
		};
		return { data, receipt: { creditsUsed: null, creditsRemaining: null } };
	};
	return { asked, call };
}

/** Answers each page with the next of these, the last one for ever. */
function answers(...pages: Data[]) {
	let calls = 0;
	const call = async () => ({
		data: pages[Math.min(calls++, pages.length - 1)] as Data,
		receipt: { creditsUsed: null, creditsRemaining: null },
	});
	return { call, calls: () => calls };
}

async function all(
	call: Parameters<typeof paginate>[0],
	operation = listWith(),
	options?: PaginateOptions,
) {
	const entries: Data[] = [];
	const pages = [];
	for await (const page of paginate(call, operation, { filter: 'x' }, options)) {
		pages.push(page);
		entries.push(...page.entries);
	}
	return { entries, pages };
}

test('a list is read to its end, each entry once, with the input on every page', async () => {
	const { call, asked } = api(25);
	const { entries, pages } = await all(call);
	expect(entries.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, i) => i));
	expect(asked).toEqual([1, 2, 3].map((page) => ({ filter: 'x', page, size: 10 })));
	expect(pages.map(({ number, hasMore }) => [number, hasMore])).toEqual([
		[1, true],
		[2, true],
		[3, false],
	]);
});

test('an operation without pages is called once', async () => {
	const { call, calls } = answers({ found: true });
	const { pages } = await all(call, listWith({}, false));
	expect(pages).toMatchObject([{ number: 1, entries: [], success: { data: { found: true } } }]);
	expect(calls()).toBe(1);
});

test('a limit is reached with pages of equal size that hold little more than it', async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(200), async (limit, length) => {
			const { call, asked } = api(length);
			const { entries } = await all(call, listWith(), { limit });
			expect(entries.length).toBeGreaterThanOrEqual(Math.min(limit, length));
			expect(new Set(asked.map(({ size }) => size)).size).toBe(1);
			const size = Number(asked[0]?.size);
			expect(size).toBeLessThanOrEqual(10);
			expect(asked.length * size).toBeLessThan(limit + asked.length);
			expect(asked.length).toBeLessThanOrEqual(Math.ceil(limit / 10));
		}),
	);
});

test('no page beyond the last one that the API gives is asked for', async () => {
	const { call, asked } = api(1000);
	await all(call, listWith({ maxPages: 4 }));
	expect(asked.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
});

test('an API that decides on the size of its pages is not asked for one', async () => {
	const { call, asked } = api(5);
	await all(call, listWith({ size: undefined }));
	expect(asked).toEqual([{ filter: 'x', page: 1 }]);
});

test('a page that only repeats the one before ends the list', async () => {
	const page = (id: number) => ({ entries: [{ id }], hasMore: true });
	const { call, calls } = answers(page(1), page(2));
	expect((await all(call)).entries).toEqual([{ id: 1 }, { id: 2 }]);
	expect(calls()).toBe(3);
});

test('an empty page is one: only the operation says whether the list goes on', async () => {
	const empty = { entries: [], hasMore: true };
	const { call } = answers({ entries: [{ id: 1 }], hasMore: true }, empty, {
		entries: [{ id: 2 }],
		hasMore: false,
	});
	expect((await all(call)).entries).toEqual([{ id: 1 }, { id: 2 }]);
	const ended = answers({ entries: [], hasMore: false });
	expect((await all(ended.call)).pages).toHaveLength(1);
});

test('the operation hears how much was read so far', async () => {
	const heard: object[] = [];
	const hasMore: Paging['hasMore'] = ({ page, pageSize, read, count }) => {
		heard.push({ page, pageSize, read, count });
		return page < 2;
	};
	await all(api(13).call, listWith({ hasMore }));
	expect(heard).toEqual([
		{ page: 1, pageSize: 10, read: 10, count: 10 },
		{ page: 2, pageSize: 10, read: 13, count: 3 },
	]);
});

test.each([[undefined], [null], ['text'], [{}], [[1, null, 'x']]])(
	'entries that are %j are none',
	async (entries) => {
		const { call } = answers({ entries, hasMore: false });
		expect((await all(call)).entries).toEqual([]);
	},
);

test('what a call throws ends the reading', async () => {
	const { call } = api(25);
	const failing = async (input: Data) => {
		if (input.page === 2) throw new Error('down');
		return await call(input);
	};
	await expect(all(failing)).rejects.toThrow('down');
});
