/* Shows what the control routes say, once a second, and sends them what is clicked. */
const CONTROL = '/__sandbox';
const EVERY_MS = 1000;
const SHOWN = 50;
const MAX_INPUT = 160;

/** What can happen to a call, in words. "After": it was processed and charged. */
const FAULTS = {
	'Lose the answer (it is charged)': { when: 'after', kind: 'reset' },
	'Never answer (it is charged)': { when: 'after', kind: 'timeout' },
	'Answer 500 (it is charged)': { when: 'after', kind: 'status', status: 500 },
	'Cut the answer short (it is charged)': { when: 'after', kind: 'truncate' },
	'Answer with a web page (it is charged)': { when: 'after', kind: 'html' },
	'Lose the request (nothing is charged)': { when: 'before', kind: 'reset' },
	'Answer 503 (nothing is charged)': { when: 'before', kind: 'status', status: 503 },
	'Answer 429, too many calls (nothing is charged)': {
		when: 'before',
		kind: 'status',
		status: 429,
		headers: { 'retry-after': '5' },
	},
	'Answer 401, wrong key (nothing is charged)': { when: 'before', kind: 'status', status: 401 },
};

const byId = (id) => document.getElementById(id);

/** An element with its text or children; nothing is ever read as HTML. */
function element(name, properties = {}, ...children) {
	const made = Object.assign(document.createElement(name), properties);
	made.append(...children);
	return made;
}

async function get(path) {
	const answer = await fetch(path);
	if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
	return await answer.json();
}

/** Says what came of it, and shows the change at once. */
async function send(what, method, path, body) {
	const answer = await fetch(path, {
		method,
		...(body !== undefined && {
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
		}),
	});
	const { error } = answer.ok ? {} : await answer.json().catch(() => ({ error: answer.status }));
	byId('message').textContent = answer.ok ? what : `That did not work: ${error}`;
	await refresh();
}

const count = (number) => number.toLocaleString('en-US');
const time = (at) => new Date(at).toLocaleTimeString('en-GB');
const inputOf = (input) => {
	const text = JSON.stringify(input) ?? '';
	return text.length > MAX_INPUT ? `${text.slice(0, MAX_INPUT)}…` : text;
};

/** `columns`: title and class; a cell is a text or an element. Rewritten only when it changes. */
function fillTable(id, columns, rows, nothing) {
	const head = element(
		'tr',
		{},
		...columns.map(([title, className = '']) => element('th', { className }, title)),
	);
	const body = rows.map((cells) =>
		element(
			'tr',
			{},
			...cells.map((cell, i) => element('td', { className: columns[i][1] ?? '' }, cell)),
		),
	);
	const empty = element('td', { className: 'empty', colSpan: columns.length }, nothing);
	show(
		id,
		element('thead', {}, head),
		element('tbody', {}, ...(body.length > 0 ? body : [element('tr', {}, empty)])),
	);
}

const shown = new Map();

function show(id, ...children) {
	const text = children.map((child) => child.outerHTML).join('');
	if (shown.get(id) === text) return;
	shown.set(id, text);
	byId(id).replaceChildren(...children);
}

const card = (title, value, help, className = '') =>
	element(
		'div',
		{ className: 'card' },
		element('small', {}, title),
		element('b', { className }, value),
		element('small', {}, help),
	);

function showBalances(providers) {
	const again = providers.reduce((sum, { ledger }) => sum + ledger.paidAgain, 0);
	show(
		'balances',
		...providers.map(({ name, ledger }) =>
			card(
				`${name} credits left`,
				count(ledger.balance),
				`${count(ledger.charged)} charged so far`,
			),
		),
		card(
			'Lookups paid more than once',
			count(again),
			again === 0 ? 'nothing was paid twice' : 'the same lookup was charged again',
			again === 0 ? 'good' : 'bad',
		),
	);
}

function showFaults(providers) {
	const nameOf = ({ when, kind, status }) =>
		Object.keys(FAULTS).find((name) => {
			const one = FAULTS[name];
			return one.when === when && one.kind === kind && one.status === status;
		}) ?? `${kind} ${when} the call`;
	const chips = providers.flatMap(({ name, faults }) =>
		faults.map((fault) => {
			const times = fault.times === null ? 'all calls' : `next ${fault.times}`;
			const to = fault.operationId ?? 'any operation';
			return element('li', {}, `${name}: ${nameOf(fault)}, ${to}, ${times}`);
		}),
	);
	const clear = element('button', { type: 'button', id: 'clear-faults' }, 'Clear');
	show('faults', ...(chips.length > 0 ? [...chips, clear] : []));
}

function showOddities({ on, all }) {
	byId('odd-count').textContent = on.length > 0 ? `(${on.length} on)` : '';
	show(
		'oddities',
		...Object.entries(all).map(([name, what]) => {
			const box = element('input', { type: 'checkbox', name });
			// As an attribute too, so that a change is seen in the text.
			box.toggleAttribute('checked', on.includes(name));
			return element('li', {}, element('label', {}, box, what));
		}),
	);
}

function jobRow(kind, id, status, done, total, note) {
	const bar = element('progress', { max: total || 1, value: done });
	// The text decides whether the table is rewritten, and it holds attributes alone.
	bar.setAttribute('value', done);
	return [kind, status, bar, `${count(done)} of ${count(total)}`, note ?? '', id];
}

function showJobs(batches, leadJobs, followerJobs) {
	const rows = [
		...batches.map(({ batchId, operationId, status, processedItems, totalItems, settlement }) =>
			jobRow(
				operationId,
				batchId,
				status,
				processedItems,
				totalItems,
				settlement
					? `${count(settlement.creditsUsed)} used, ${count(settlement.creditsRefunded)} refunded`
					: 'reserved, not settled',
			),
		),
		...leadJobs.map(({ jobId, kind, status, processed, total }) =>
			jobRow(`lead ${kind}`, jobId, status, processed, total),
		),
		...followerJobs.map(({ batchId, status, processed, total }) =>
			jobRow('company followers', batchId, status, processed, total),
		),
	].reverse();
	fillTable(
		'jobs',
		[['What'], ['Status'], ['Progress'], ['', 'number'], ['Credits'], ['ID', 'input']],
		rows.slice(0, SHOWN),
		'None yet.',
	);
}

function statusCell({ status, fault }) {
	const text = status ?? (fault ? 'no answer' : '…');
	const isGood = status !== undefined && status < 400 && !fault;
	return element(
		'span',
		{ className: isGood ? 'good' : 'bad' },
		fault ? `${text} (${fault})` : text,
	);
}

function showRequests(providers) {
	const calls = providers
		.flatMap(({ name, requests }) => requests.map((call) => ({ name, ...call })))
		.sort((a, b) => b.at - a.at)
		.slice(0, SHOWN);
	fillTable(
		'requests',
		[['Time'], ['API'], ['Operation'], ['Input', 'input'], ['Answer'], ['Charged', 'number']],
		calls.map((call) => [
			time(call.at),
			call.name,
			call.operationId,
			inputOf(call.input),
			statusCell(call),
			count(call.charged),
		]),
		'None yet. Run a workflow that uses the sandbox.',
	);
}

function showLedger(providers) {
	const entries = providers
		.flatMap(({ name, ledger }) => ledger.transactions.map((entry) => ({ name, ...entry })))
		.sort((a, b) => b.createdAt.localeCompare(a.createdAt))
		.slice(0, SHOWN);
	fillTable(
		'ledger',
		[['Time'], ['API'], ['What'], ['Credits', 'number'], ['Left', 'number']],
		entries.map(({ createdAt, name, description, amount, balanceAfter }) => [
			time(createdAt),
			name,
			description,
			`${amount > 0 ? '+' : ''}${count(amount)}`,
			count(balanceAfter),
		]),
		'Nothing was booked yet.',
	);
}

function showAccounts(accounts) {
	const line = (title, value) => [title, element('code', {}, value)];
	show(
		'accounts',
		...accounts.flatMap(({ name, baseUrl, apiKey, testValues }) => [
			element('h3', {}, `${name}'s credential`),
			element('p', {}, ...line('API Key ', apiKey), element('br'), ...line('Base URL ', baseUrl)),
			element(
				'details',
				{},
				element('summary', {}, 'What you enter decides what comes out'),
				element(
					'ul',
					{},
					...testValues.map(([input, outcome]) => element('li', {}, `${input}: ${outcome}`)),
				),
			),
		]),
	);
}

let accounts;

async function read() {
	accounts ??= await get(`${CONTROL}/accounts`);
	const [oddities, batches, leadJobs, followerJobs, ...providers] = await Promise.all([
		...['oddities', 'batches', 'lead-jobs', 'follower-jobs'].map((one) => get(`${CONTROL}/${one}`)),
		...accounts.map(async ({ name, control }) => {
			const [ledger, requests, faults] = await Promise.all(
				[`ledger?last=${SHOWN}`, `requests?last=${SHOWN}`, 'faults'].map((one) =>
					get(`${control}/${one}`),
				),
			);
			return { name, ledger, requests, faults };
		}),
	]);
	showBalances(providers);
	showFaults(providers);
	showOddities(oddities);
	showJobs(batches, leadJobs, followerJobs);
	showRequests(providers);
	showLedger(providers);
}

async function refresh() {
	const isOffline = await read().then(
		() => false,
		() => true,
	);
	byId('offline').hidden = !isOffline;
}

function fillChoices() {
	const { what, operation } = byId('fault').elements;
	what.replaceChildren(...Object.keys(FAULTS).map((name) => element('option', {}, name)));
	operation.replaceChildren(
		...accounts.flatMap(({ name, control, operationIds }) => [
			element('option', { value: `${control} ` }, `${name}: any operation`),
			...operationIds.map((id) =>
				element('option', { value: `${control} ${id}` }, `${name}: ${id}`),
			),
		]),
	);
}

byId('fault').addEventListener('submit', (event) => {
	event.preventDefault();
	const { what, operation, times } = event.target.elements;
	const [control, operationId] = operation.value.split(' ');
	void send('It will happen.', 'POST', `${control}/faults`, {
		...FAULTS[what.value],
		times: times.value === '' ? null : Number(times.value),
		...(operationId && { operationId }),
	});
});
byId('faults').addEventListener('click', async ({ target }) => {
	if (target.id !== 'clear-faults') return;
	for (const { control } of accounts) await send('Cleared.', 'DELETE', `${control}/faults`);
});
byId('oddities').addEventListener('change', () => {
	const on = [...byId('oddities').querySelectorAll('input')].filter(({ checked }) => checked);
	void send(
		'Switched.',
		'POST',
		`${CONTROL}/oddities`,
		on.map(({ name }) => name),
	);
});
byId('fail-batch').addEventListener('click', () => {
	void send('The next batch will fail.', 'POST', `${CONTROL}/batches/fail`, {});
});
byId('reset').addEventListener('click', () => {
	void send('Everything is as at the start.', 'POST', `${CONTROL}/reset`);
});

async function start() {
	await refresh();
	if (accounts) {
		fillChoices();
		showAccounts(accounts);
		setInterval(() => !document.hidden && void refresh(), EVERY_MS);
	} else setTimeout(() => void start(), EVERY_MS);
}
void start();
