import type { FastifyInstance } from 'fastify';
import { isPaid, type Operation } from '../../shared/contract/operation';
import { operations } from '../../shared/providers/enrich/operations';
import { addRoute, refuseOthers, type SandboxContext } from '../routes';
import { ruleFor } from './answers';
import { Batches } from './batches';
import { checkInput } from './inputs';
import { refusalOf } from './keys';
import type { LeadJobs } from './leadJobs';
import type { CallKind } from './plans';
import { toWire } from './problems';
import { processorOf } from './processing';

export const BASE_PATH = '/api/v3';

export interface EnrichContext extends SandboxContext {
	batches: Batches;
	leadJobs: LeadJobs;
}

/** Every operation that the connector knows of Enrich's API. */
export function addEnrichRoutes(app: FastifyInstance, context: EnrichContext): void {
	const { batches, leadJobs, ledger, random } = context;
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
					processorOf(operation, ledger, random),
				errorOf: (problem, requestId) => toWire(problem, shape, requestId),
			},
			context,
		);
	}
	refuseOthers(app, (problem, requestId) => toWire(problem, 'problem', requestId));
}

function kindOf({ method, billing }: Operation): CallKind {
	if (billing === 'reservesAtSubmit') return 'bulk';
	return method === 'POST' && isPaid(billing) ? 'enrichment' : 'other';
}
