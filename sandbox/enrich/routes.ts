import type { FastifyInstance } from 'fastify';
import { isPaid, type Operation } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';
import { addRoutes, refuseOthers, type Route, type SandboxContext } from '../routes';
import type { Account } from './account';
import { ruleFor } from './answers';
import { Batches } from './batches';
import { checkInput } from './inputs';
import { refusalOf } from './keys';
import type { FollowerJobs } from './followerJobs';
import type { LeadJobs } from './leadJobs';
import type { CallKind } from './plans';
import type { Oddities } from './oddities';
import { type EnrichProblem, toWire } from './problems';
import { processorOf } from './processing';

export const BASE_PATH = '/api/v3';

export interface EnrichContext extends SandboxContext {
	batches: Batches;
	leadJobs: LeadJobs;
	followerJobs: FollowerJobs;
	account: Account;
	oddities: Oddities;
}

/** Every operation that the connector knows of Enrich's API. */
export function addEnrichRoutes(app: FastifyInstance, context: EnrichContext): void {
	const { batches, leadJobs, followerJobs, account, oddities } = context;
	const errorOf = (problem: EnrichProblem, shape: 'problem' | 'plain', requestId: string) =>
		oddities.errorOf(problem) ?? toWire(problem, shape, requestId);
	const routes = Object.values<Operation>(operations).map((operation): Route => {
		const shape = ruleFor(Batches.singleOf(operation) ?? operation).errors ?? 'problem';
		return {
			operationId: operation.operationId,
			method: operation.method,
			url: BASE_PATH + operation.path.replace(/\{(\w+)\}/g, ':$1'),
			queryKeys: operation.queryKeys ?? [],
			limitKind: kindOf(operation),
			refusalOf: (headers) => refusalOf(headers, context.apiKey, operation),
			check: (raw) => checkInput(operation, raw),
			process:
				batches.processorOf(operation) ??
				leadJobs.processorOf(operation) ??
				followerJobs.processorOf(operation) ??
				account.processorOf(operation) ??
				processorOf(operation, context),
			errorOf: (problem, requestId) => errorOf(problem, shape, requestId),
		};
	});
	addRoutes(app, routes, context);
	refuseOthers(app, (problem, requestId) => errorOf(problem, 'problem', requestId));
}

function kindOf({ method, billing }: Operation): CallKind {
	if (billing === 'reservesAtSubmit') return 'bulk';
	return method === 'POST' && isPaid(billing) ? 'enrichment' : 'other';
}
