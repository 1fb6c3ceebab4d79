/** CUFinder's API in the sandbox: six operations, on a wallet of their own. */
import type { FastifyInstance } from 'fastify';
import type * as z from 'zod';
import { addControlRoutes, unlessWrong } from '../control';
import { Faults } from '../faults';
import { Ledger } from '../ledger';
import { RateLimits } from '../rateLimits';
import { Recorder, Traffic } from '../requests';
import {
	addRoutes,
	type Route,
	type Checked,
	type Processor,
	refuseOthers,
	type SandboxContext,
} from '../routes';
import { SeededRandom } from '../seededRandom';
import type { Waits } from '../waits';
import type { Problem } from '../wireAnswer';
import { answers } from './answers';
import { success, toWire } from './envelope';
import { parseForm } from './form';
import { type CufinderOperation, type CufinderOperationId, operations } from './operations';
import { type CufinderSettings, type CufinderSettingsInput, settingsSchema } from './settings';

export const BASE_PATH = '/cufinder/v2';
export const DEFAULT_KEY = 'cufinder_sandbox';
const FORM_TYPE = 'application/x-www-form-urlencoded';

export interface CufinderOptions extends CufinderSettingsInput {
	apiKey?: string;
	/** Credits at the start; default: 10,000. */
	balance?: number;
}

/** What both providers' APIs share of the sandbox's options. */
interface SharedOptions {
	seed?: number;
	latencyMs?: number;
	remember?: number;
}

export interface CufinderApi extends SandboxContext {
	settings: CufinderSettings;
	/** What is left out is as at the start. @throws ZodError */
	set(settings: CufinderSettingsInput): void;
	/** Everything as at the start. */
	reset(): void;
	addTo(app: FastifyInstance, controlBase: string): Promise<void>;
}

export function createCufinderApi(
	{ apiKey = DEFAULT_KEY, balance = 10_000, ...initial }: CufinderOptions,
	{ seed = 0, latencyMs = 0, remember = 10_000 }: SharedOptions,
	waits: Waits,
): CufinderApi {
	const limitsOf = ({ rateLimit }: CufinderSettings) =>
		new RateLimits(rateLimit ? [rateLimit] : [], 1, 'none');
	const settings = settingsSchema.parse(initial);
	const ledger = new Ledger(balance, 'cufinder-sandbox');
	const api: CufinderApi = {
		apiKey,
		latencyMs,
		ledger,
		settings,
		random: new SeededRandom(seed),
		faults: new Faults(seed, Object.keys(operations)),
		limits: limitsOf(settings),
		recorder: new Recorder(remember),
		traffic: new Traffic(),
		waits,
		set(changed) {
			api.settings = settingsSchema.parse({ ...initial, ...changed });
			api.limits = limitsOf(api.settings);
		},
		reset() {
			for (const part of [ledger, api.faults, api.recorder, api.traffic]) part.reset();
			api.set({});
		},
		async addTo(app, controlBase) {
			addControlRoutes(app, controlBase, api, () => api.reset());
			app.get(`${controlBase}/settings`, () => api.settings);
			app.post(`${controlBase}/settings`, (request, reply) =>
				unlessWrong(reply, () => {
					api.set((request.body ?? {}) as CufinderSettingsInput);
					return reply.code(201).send(api.settings);
				}),
			);
			// Forms are read here only: Enrich takes JSON.
			await app.register(async (scope) => addOperations(scope, api), { prefix: BASE_PATH });
		},
	};
	return api;
}

function addOperations(scope: FastifyInstance, api: CufinderApi): void {
	scope.addContentTypeParser(FORM_TYPE, { parseAs: 'string' }, (_request, body, done) =>
		done(null, parseForm(String(body))),
	);
	const errorOf = (problem: Problem) => toWire(problem, api.settings.errorShape);
	const routes = (Object.keys(operations) as CufinderOperationId[]).map(
		(operationId): Route => ({
			operationId,
			method: 'POST',
			url: `/${operationId}`,
			limitKind: operationId,
			refusalOf: (headers) => (headers['x-api-key'] === api.apiKey ? undefined : WRONG_KEY),
			check: (raw) => check(operations[operationId].input, raw),
			process: processorOf(operationId, api),
			errorOf,
		}),
	);
	addRoutes(scope, routes, api);
	// 400 means that the credits are used up, so a body that cannot be read is 422.
	refuseOthers(scope, ({ status, detail }) =>
		errorOf({ status: status === 400 ? 422 : status, detail }),
	);
}

const WRONG_KEY: Problem = { status: 401, detail: 'The API key is missing or wrong' };
const NO_CREDITS: Problem = { status: 400, detail: 'The balance does not cover the call' };
const NOT_FOUND: Problem = { status: 404, detail: 'No result was found' };

function check(schema: z.ZodObject, raw: unknown): Checked {
	const { data, error } = schema.safeParse(raw);
	if (data) return { input: data };
	const [issue] = error.issues;
	const detail = `${issue?.path.join('.') || 'body'}: ${issue?.message}`;
	return { problem: { status: 422, detail } };
}

/** Charges what is found. Nothing in it waits, so that no two calls can spend the same credits. */
function processorOf<K extends CufinderOperationId>(operationId: K, api: CufinderApi): Processor {
	const operation: CufinderOperation = operations[operationId];
	const { title, price } = operation;
	return (checked, requestId) => {
		const { ledger, random, settings } = api;
		if (price > ledger.balance) return { problem: NO_CREDITS };
		const input = checked as Parameters<(typeof answers)[K]>[0]['input'];
		const answer = answers[operationId]({ input, random, settings });
		if (!answer) return { problem: NOT_FOUND };
		const query = operation.queryOf(checked);
		// The page after the last one holds nothing to pay for.
		const isEmpty = 'companies' in answer && answer.companies.length === 0;
		const charged = isEmpty ? 0 : price;
		if (charged > 0) {
			const what = typeof query === 'string' ? query : JSON.stringify(query);
			ledger.notePaid(`${operationId} ${JSON.stringify(checked)}`);
			ledger.book('deduction', -charged, `${title}: ${what}`, { operationId, requestId });
		}
		const confidence_level = 93 + Math.floor(random.roll('confidence', JSON.stringify(query)) * 7);
		const wire = success({ confidence_level, query, ...answer, credit_count: ledger.balance });
		return { wire, charged };
	};
}
