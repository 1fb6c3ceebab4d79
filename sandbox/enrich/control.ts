import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { unlessWrong } from '../control';
import type { Batches } from './batches';
import type { Callbacks, CallbackSettings } from './callbacks';
import type { LeadJobEnding, LeadJobs, NewLeadJob } from './leadJobs';

interface Controlled {
	batches: Batches;
	leadJobs: LeadJobs;
	callbacks: Callbacks;
}

const failSchema = z.strictObject({
	batchId: z.string().optional(),
	afterItems: z.int().min(0).optional(),
});

/** What can be read and set of batches, callbacks and lead jobs. */
export function addEnrichControlRoutes(
	app: FastifyInstance,
	base: string,
	{ batches, leadJobs, callbacks }: Controlled,
): void {
	app.get(`${base}/batches`, () => batches.list());
	app.post(`${base}/batches/fail`, (request, reply) =>
		unlessWrong(reply, () =>
			batches.fail(failSchema.parse(request.body ?? {}))
				? reply.code(201).send(batches.list())
				: reply.code(409).send({ error: 'There is no such batch that is still running' }),
		),
	);
	app.get(`${base}/lead-jobs`, () => leadJobs.list());
	app.post(`${base}/lead-jobs`, (request, reply) =>
		unlessWrong(reply, () => {
			const jobId = leadJobs.add((request.body ?? {}) as NewLeadJob);
			return reply.code(201).send({ jobId });
		}),
	);
	app.post(`${base}/lead-jobs/end`, (request, reply) =>
		unlessWrong(reply, () =>
			leadJobs.end((request.body ?? {}) as LeadJobEnding)
				? reply.code(201).send(leadJobs.list())
				: reply.code(409).send({ error: 'There is no such job that is still running' }),
		),
	);
	app.get(`${base}/callbacks`, () => ({
		settings: callbacks.settings,
		sent: callbacks.recorder.entries,
	}));
	app.post(`${base}/callbacks`, (request, reply) =>
		unlessWrong(reply, () => {
			callbacks.set((request.body ?? {}) as CallbackSettings);
			return reply.code(201).send(callbacks.settings);
		}),
	);
}
