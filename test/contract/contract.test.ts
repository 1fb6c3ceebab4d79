import { faultsOf, faultsOfCallback, faultsOfRequest } from './contract';

const person = { firstName: 'Ann', lastName: 'Lee', domain: 'firm.com' };
const batchId = '665a1f4e2c3b7800129dce01';

test.each<[string, Parameters<typeof faultsOfRequest>]>([
	['a body', ['findEmail', { body: person }]],
	['an ID and a query', ['getBulkLookupResults', { path: { batchId }, query: { page: 2 } }]],
	['numbers as a URL has them', ['getWalletTransactions', { query: { limit: '100' } }]],
	['no query at all', ['getWalletTransactions', {}]],
	['an ID of another form than documented', ['getPhoneBulkJobStatus', { path: { jobId: 'x' } }]],
	[
		'a scrape of followers to start',
		['startCompanyFollowerScrape', { body: { companyUrl: 'https://a.b/c', max_limit: 5 } }],
	],
	[
		'a scrape of followers to continue',
		['continueCompanyFollowerScrape', { query: { batchId }, body: {} }],
	],
])('takes a request with %s', (_, [operationId, sent]) => {
	expect(faultsOfRequest(operationId, sent)).toEqual([]);
});

test.each<[RegExp, Parameters<typeof faultsOfRequest>]>([
	[/^body\/domain: /, ['findEmail', { body: { ...person, domain: undefined } }]],
	[/^body\/domain: /, ['findEmail', { body: { ...person, domain: 'x'.repeat(254) } }]],
	[/^body: .*surplus/, ['findEmail', { body: { ...person, surplus: 1 } }]],
	[/^body: /, ['findEmail', {}]],
	[/^body: not documented$/, ['getWalletBalance', { body: {} }]],
	[/^body: .*page/, ['continueCompanyFollowerScrape', { query: { batchId }, body: { page: 1 } }]],
	[/^query\/batchId: /, ['continueCompanyFollowerScrape', { body: {} }]],
	[/^query\/limit: /, ['getWalletTransactions', { query: { limit: '101' } }]],
	[/^query\/limit: /, ['getWalletTransactions', { query: { limit: 'many' } }]],
	[/^query\/limit: /, ['getWalletTransactions', { query: { limit: '' } }]],
	[/^query: .*cursor/, ['getWalletTransactions', { query: { cursor: 'x' } }]],
	[/^query\/status: /, ['listExportJobs', { query: { status: 'lost' } }]],
	[/^path\/batchId: /, ['getBulkLookupStatus', {}]],
	[/^path\/batchId: /, ['getBulkLookupStatus', { path: { batchId: '' } }]],
	[/^path: .*jobId/, ['getBulkLookupStatus', { path: { batchId, jobId: 'x' } }]],
	[
		/^body\/countries\/0: /,
		[
			'startCompanyFollowerScrape',
			{ body: { companyUrl: 'https://a.b/c', max_limit: 5, countries: ['Atlantis'] } },
		],
	],
	[
		/^body\/excludeFilters: .*city/,
		['searchLeads', { body: { filters: {}, excludeFilters: { city: 'Rome' } } }],
	],
])('says %s of %j', (fault, [operationId, sent]) => {
	expect(faultsOfRequest(operationId, sent)).toEqual([expect.stringMatching(fault)]);
});

const status = { batchId, status: 'queued' };
const revealJob = {
	jobId: 'rj_1',
	status: 'pending',
	totalLeads: 1,
	fields: ['email'],
	creditsReserved: 10,
	message: '',
};

test.each<[string, number, unknown]>([
	['getBulkLookupStatus', 200, { success: true, data: status }],
	['getBulkLookupStatus', 200, { success: true, data: status, meta: { surplus: 1 } }],
	['getBulkLookupStatus', 401, { type: 'https://a.b/c', title: '', status: 401, surplus: 1 }],
	['revealLeads', 200, { success: true, data: revealJob }],
	['getWalletTransactions', 400, { type: 'https://a.b/c', title: '', status: 400 }],
	['exportCompanyFollowerCsv', 200, 'name,title'],
])('takes %s answering %i %j', (operationId, code, body) => {
	expect(faultsOf(operationId, code, body)).toEqual([]);
});

test.each<[RegExp, string, number, unknown]>([
	[/^body\/data: /, 'getBulkLookupStatus', 200, { success: true }],
	[/^body\/success: /, 'getBulkLookupStatus', 200, { success: false, data: status }],
	[/^body\/data\/status: /, 'getBulkLookupStatus', 200, { success: true, data: { batchId } }],
	[
		/^body\/data: .*surplus/,
		'getBulkLookupStatus',
		200,
		{ success: true, data: { ...status, surplus: 1 } },
	],
	[
		/^body\/data\/progress: /,
		'getBulkLookupStatus',
		200,
		{ success: true, data: { ...status, progress: null } },
	],
	[/^body\/status: /, 'getBulkLookupStatus', 401, { type: 'https://a.b/c', title: '' }],
	[/^status: 418 is not documented$/, 'getBulkLookupStatus', 418, {}],
	[/^body: /, 'exportCompanyFollowerCsv', 200, {}],
])('says %s of %s answering %i %j', (fault, operationId, code, body) => {
	expect(faultsOf(operationId, code, body)).toEqual([expect.stringMatching(fault)]);
});

test('an operation that the contract does not have is an error of the test', () => {
	expect(() => faultsOf('findEmial', 200, {})).toThrow('The contract has no findEmial');
	expect(() => faultsOfRequest('findEmial', {})).toThrow('The contract has no findEmial');
});

test('callbacks are known by their event, and hold what is documented', () => {
	const callback = {
		event: 'validation.completed',
		timestamp: '2026-01-02T03:04:05.678Z',
		data: {
			job_id: batchId,
			status: 'completed',
			total_items: 3,
			successful: 3,
			failed: 0,
			valid: 1,
			invalid: 1,
			risky: 1,
			completed_at: '2026-01-02T03:04:05.678Z',
		},
	};
	expect(faultsOfCallback(callback)).toEqual([]);
	const surplus = { ...callback, data: { ...callback.data, jobId: batchId } };
	expect(faultsOfCallback(surplus)).toEqual([expect.stringMatching(/^body\/data: .*jobId/)]);
	expect(faultsOfCallback({ ...callback, event: 'validation.done' })).toEqual([
		'event: validation.done is not documented',
	]);
});
