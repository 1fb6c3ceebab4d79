import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { unlessWrong } from '../control';
import type { Batches } from './batches';
import type { Callbacks, CallbackSettings } from './callbacks';
import type { FollowerJobs, NewFollowerJob } from './followerJobs';
import { ODDITIES, type Oddities, type OddityChoice } from './oddities';
import type { LeadJobEnding, LeadJobs, NewLeadJob } from './leadJobs';

interface Controlled {
	batches: Batches;
	leadJobs: LeadJobs;
	followerJobs: FollowerJobs;
	callbacks: Callbacks;
	oddities: Oddities;
}

const failSchema = z.strictObject({
	batchId: z.string().optional(),
	afterItems: z.int().min(0).optional(),
});

/** What can be read and set of batches, callbacks and lead jobs. */
export function addEnrichControlRoutes(
	app: FastifyInstance,
	base: string,
	{ batches, leadJobs, followerJobs, callbacks, oddities }: Controlled,
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
	app.get(`${base}/follower-jobs`, () => followerJobs.list());
	app.post(`${base}/follower-jobs`, (request, reply) =>
		unlessWrong(reply, () => {
			const batchId = followerJobs.add((request.body ?? {}) as NewFollowerJob);
			return reply.code(201).send({ batchId });
		}),
	);
	app.get(`${base}/oddities`, () => ({ on: oddities.list(), all: ODDITIES }));
	app.post(`${base}/oddities`, (request, reply) =>
		unlessWrong(reply, () => {
			oddities.set((request.body ?? []) as OddityChoice);
			return reply.code(201).send({ on: oddities.list() });
		}),
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
