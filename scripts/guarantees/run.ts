import { type Sandbox, startSandbox } from '../../sandbox/server';
import { type Engine, loadEngine } from '../../testkit/n8nEngine';
import { type Case, cases as allCases, type Platform, PLATFORMS } from './cases';
import { loadHttpRequestNode, plainClient, type Sender } from './comparison';
import { startFastTime } from './fastTime';
import { chargesOf, type Observed, violationsOf } from './judge';
import { runOnN8n } from './onN8n';
import { runOnZapier } from './onZapier';

export interface Failed {
	id: string;
	broken: string[];
	said: string;
}

export interface Counts {
	cases: number;
	passed: number;
	failed: number;
	/** Cases in which a lookup was charged more than once. */
	paidTwice: number;
	/** Credits that these charges cost beyond the first. */
	creditsPaidTwice: number;
}

/** Counts of calls that were sent by what people use instead. */
export interface Compared extends Pick<Counts, 'cases' | 'paidTwice' | 'creditsPaidTwice'> {
	name: string;
}

export interface Report {
	cases: number;
	passed: number;
	failed: number;
	byPlatform: Record<Platform, Counts & { scenarios: Record<string, Counts> }>;
	comparison: Compared[];
	failures: Failed[];
}

const BALANCE = 100_000;

const none = (): Counts => ({ cases: 0, passed: 0, failed: 0, paidTwice: 0, creditsPaidTwice: 0 });

function paidTwiceIn(sandbox: Sandbox, one: Case) {
	const more = Math.max(0, chargesOf(sandbox, one) - 1);
	return { paidTwice: more > 0 ? 1 : 0, creditsPaidTwice: more * one.price };
}

let accounts = 0;

/** The sandbox as at the start, but for what the case lets go wrong. */
function prepare(sandbox: Sandbox, { faults }: Case): void {
	sandbox.reset();
	// What processes remember of an account is of no use to the next case.
	sandbox.setApiKey(`sk_${++accounts}`);
	for (const fault of faults) sandbox.fault(fault);
}

/** Who sends a call alone meets what happens to that call, each thing once. */
const sentOnceEach = (cases: readonly Case[]) => {
	const own = cases.filter(({ faults, operation }) =>
		faults.every(({ operationId }) => operationId === operation.operationId),
	);
	return [...new Map(own.map((one) => [one.meeting, one])).values()];
};

export interface RunOptions {
	cases?: readonly Case[];
	/** Also counts what people use instead; default: no. */
	compare?: boolean;
	/** Hears of each case that has ended. */
	onCase?: (done: number) => void;
}

/** Runs the cases one after the other, so that nothing depends on what runs beside them. */
export async function runGuarantees(options: RunOptions = {}): Promise<Report> {
	const { cases = allCases, compare = false, onCase = () => {} } = options;
	const sandbox = await startSandbox({
		plan: 'unlimited',
		balance: BALANCE,
		batchItemsPerSecond: Infinity,
	});
	const { url: baseUrl, apiKey } = sandbox;
	const isOnN8n = cases.some(({ platform }) => platform === 'n8n');
	const engine = isOnN8n
		? await loadEngine({ credentials: { enrichApi: { apiKey, baseUrl } } })
		: undefined;
	const fastTime = startFastTime(sandbox);
	try {
		const onEnd = (done: number) => {
			fastTime.forget();
			onCase(done);
		};
		const { byPlatform, failures } = await runAll(sandbox, engine, cases, onEnd);
		const comparison = compare ? await compareAll(sandbox, sentOnceEach(cases)) : [];
		const sum = (name: 'cases' | 'passed' | 'failed') =>
			PLATFORMS.reduce((all, platform) => all + byPlatform[platform][name], 0);
		return {
			...{ cases: sum('cases'), passed: sum('passed'), failed: sum('failed') },
			...{ byPlatform, comparison, failures },
		};
	} finally {
		fastTime.stop();
		await sandbox.close();
	}
}

async function runAll(
	sandbox: Sandbox,
	engine: Engine | undefined,
	cases: readonly Case[],
	onCase: (done: number) => void,
): Promise<Pick<Report, 'byPlatform' | 'failures'>> {
	const byPlatform: Report['byPlatform'] = {
		n8n: { ...none(), scenarios: {} },
		zapier: { ...none(), scenarios: {} },
	};
	const failures: Failed[] = [];
	for (const [index, one] of cases.entries()) {
		prepare(sandbox, one);
		const observed: Observed = await (one.platform === 'n8n'
			? runOnN8n(engine!, sandbox, one)
			: runOnZapier(sandbox, one));
		const ledger = { charges: chargesOf(sandbox, one), credits: sandbox.ledger.charged() };
		const broken = violationsOf(one, observed, ledger);
		if (broken.length > 0) failures.push({ id: one.id, broken, said: observed.said });
		const platform = byPlatform[one.platform];
		const scenario = (platform.scenarios[one.scenario] ??= none());
		const { paidTwice, creditsPaidTwice } = paidTwiceIn(sandbox, one);
		for (const counts of [platform, scenario]) {
			counts.cases++;
			counts[broken.length === 0 ? 'passed' : 'failed']++;
			counts.paidTwice += paidTwice;
			counts.creditsPaidTwice += creditsPaidTwice;
		}
		onCase(index + 1);
	}
	return { byPlatform, failures };
}

async function compareAll(sandbox: Sandbox, cases: readonly Case[]): Promise<Compared[]> {
	const node = await loadHttpRequestNode();
	const senders: [string, Sender | undefined][] = [
		["n8n's HTTP Request node with Retry On Fail", node?.send],
		['A client that repeats 5xx and lost answers, 3 calls in all', plainClient],
	];
	try {
		const compared: Compared[] = [];
		for (const [name, send] of senders) {
			if (send) compared.push({ name, ...(await count(sandbox, cases, send)) });
		}
		return compared;
	} finally {
		node?.remove();
	}
}

async function count(sandbox: Sandbox, cases: readonly Case[], send: Sender) {
	const counts = { cases: 0, paidTwice: 0, creditsPaidTwice: 0 };
	for (const one of cases) {
		prepare(sandbox, one);
		await send(sandbox, one);
		const { paidTwice, creditsPaidTwice } = paidTwiceIn(sandbox, one);
		counts.cases++;
		counts.paidTwice += paidTwice;
		counts.creditsPaidTwice += creditsPaidTwice;
	}
	return counts;
}
