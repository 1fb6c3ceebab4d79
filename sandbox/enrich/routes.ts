import type { FastifyInstance } from 'fastify';
import type { Data } from '../../shared/contract/data';
import { isPaid, type Operation } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';
import { addRoute, type Processor, refuseOthers, type SandboxContext } from '../routes';
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

/** Files that the API offers; the connector only points to them. */
export const FILE_IDS = ['downloadLeadExport', 'exportCompanyFollowers'] as const;
type FileId = (typeof FILE_IDS)[number];

export interface EnrichContext extends SandboxContext {
	batches: Batches;
	leadJobs: LeadJobs;
	followerJobs: FollowerJobs;
	oddities: Oddities;
}

/** Every operation that the connector knows of Enrich's API. */
export function addEnrichRoutes(app: FastifyInstance, context: EnrichContext): void {
	const { batches, leadJobs, followerJobs, oddities } = context;
	const errorOf = (problem: EnrichProblem, shape: 'problem' | 'plain', requestId: string) =>
		oddities.errorOf(problem) ?? toWire(problem, shape, requestId);
	for (const operation of Object.values<Operation>(operations)) {
		const shape = ruleFor(Batches.singleOf(operation) ?? operation).errors ?? 'problem';
		addRoute(
			app,
			{
				operationId: operation.operationId,
				method: operation.method,
				url: BASE_PATH + operation.path.replace(/\{(\w+)\}/g, ':$1'),
				limitKind: kindOf(operation),
				refusalOf: (headers) => refusalOf(headers, context.apiKey, operation),
				check: (raw) => checkInput(operation, raw),
				process:
					batches.processorOf(operation) ??
					leadJobs.processorOf(operation) ??
					followerJobs.processorOf(operation) ??
					processorOf(operation, context),
				errorOf: (problem, requestId) => errorOf(problem, shape, requestId),
			},
			context,
		);
	}
	const files = {
		downloadLeadExport: ['/lead-finder/export-jobs/:jobId/download', leadJobs.download],
		exportCompanyFollowers: ['/company-follower/:batchId/export', followerJobs.export],
	} as const satisfies Record<FileId, [string, Processor]>;
	for (const operationId of FILE_IDS) {
		const [path, process] = files[operationId];
		addRoute(
			app,
			{
				operationId,
				method: 'GET',
				url: BASE_PATH + path,
				limitKind: 'other',
				refusalOf: (headers) => refusalOf(headers, context.apiKey, { path }),
				check: (raw) => ({ input: raw as Data }),
				process,
				errorOf: (problem, requestId) => errorOf(problem, 'problem', requestId),
			},
			context,
		);
	}
	refuseOthers(app, (problem, requestId) => errorOf(problem, 'problem', requestId));
}

function kindOf({ method, billing }: Operation): CallKind {
	if (billing === 'reservesAtSubmit') return 'bulk';
	return method === 'POST' && isPaid(billing) ? 'enrichment' : 'other';
}
