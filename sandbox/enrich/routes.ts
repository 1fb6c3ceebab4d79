import type { FastifyInstance } from 'fastify';
import { isPaid, type Operation } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';
import { addRoute, type Processor, refuseOthers, type SandboxContext } from '../routes';
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
		addRoute(
			app,
			{
				operationId: operation.operationId,
				method: operation.method,
				url: urlOf(operation),
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
			},
			context,
		);
	}
	refuseOthers(app, (problem, requestId) => errorOf(problem, 'problem', requestId));
}

/** Two operations that share a path differ by what stands in the query: that becomes part of the path. */
const urlOf = ({ path, queryKeys = [] }: Operation) =>
	[BASE_PATH + path.replace(/\{(\w+)\}/g, ':$1'), ...queryKeys.map((key) => `:${key}`)].join('/');

/** The address of a call as the routes have it. */
export const routedUrl = (url: string): string =>
	url.replace(/(\/company-follower)\?batchId=([^&]*)$/, '$1/$2');

function kindOf({ method, billing }: Operation): CallKind {
	if (billing === 'reservesAtSubmit') return 'bulk';
	return method === 'POST' && isPaid(billing) ? 'enrichment' : 'other';
}
