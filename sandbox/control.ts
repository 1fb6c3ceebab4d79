import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Batches } from './batches';
import type { Callbacks, CallbackSettings } from './callbacks';
import type { FaultRule, Faults } from './faults';
import type { LeadJobEnding, LeadJobs, NewLeadJob } from './leadJobs';
import type { Ledger } from './ledger';
import type { RecordedRequest, Recorder } from './requests';

interface Controlled {
	ledger: Ledger;
	faults: Faults;
	batches: Batches;
	leadJobs: LeadJobs;
	callbacks: Callbacks;
	recorder: Recorder<RecordedRequest>;
	reset(): void;
}

const failSchema = z.strictObject({
	batchId: z.string().optional(),
	afterItems: z.int().min(0).optional(),
});

/** Says what is wrong with what was asked for. */
function unlessWrong(reply: FastifyReply, act: () => FastifyReply): FastifyReply {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof z.ZodError)) throw error;
		return reply.code(400).send({ error: z.prettifyError(error) });
	}
}

/** What only a sandbox has. It needs no key: the server listens on the loopback interface only. */
export function addControlRoutes(
	app: FastifyInstance,
	{ ledger, batches, leadJobs, callbacks, faults, recorder, reset }: Controlled,
): void {
	const done = (reply: FastifyReply) => reply.code(204).send();

	app.get('/__sandbox/faults', () => faults.list());
	app.post('/__sandbox/faults', (request, reply) =>
		unlessWrong(reply, () => {
			faults.add((request.body ?? {}) as FaultRule);
			return reply.code(201).send(faults.list());
		}),
	);
	app.delete('/__sandbox/faults', (_request, reply) => {
		faults.clear();
		return done(reply);
	});
	app.get('/__sandbox/requests', () => recorder.entries);
	app.get('/__sandbox/batches', () => batches.list());
	app.post('/__sandbox/batches/fail', (request, reply) =>
		unlessWrong(reply, () =>
			batches.fail(failSchema.parse(request.body ?? {}))
				? reply.code(201).send(batches.list())
				: reply.code(409).send({ error: 'There is no such batch that is still running' }),
		),
	);
	app.get('/__sandbox/lead-jobs', () => leadJobs.list());
	app.post('/__sandbox/lead-jobs', (request, reply) =>
		unlessWrong(reply, () => {
			const jobId = leadJobs.add((request.body ?? {}) as NewLeadJob);
			return reply.code(201).send({ jobId });
		}),
	);
	app.post('/__sandbox/lead-jobs/end', (request, reply) =>
		unlessWrong(reply, () =>
			leadJobs.end((request.body ?? {}) as LeadJobEnding)
				? reply.code(201).send(leadJobs.list())
				: reply.code(409).send({ error: 'There is no such job that is still running' }),
		),
	);
	app.get('/__sandbox/callbacks', () => ({
		settings: callbacks.settings,
		sent: callbacks.recorder.entries,
	}));
	app.post('/__sandbox/callbacks', (request, reply) =>
		unlessWrong(reply, () => {
			callbacks.set((request.body ?? {}) as CallbackSettings);
			return reply.code(201).send(callbacks.settings);
		}),
	);
	app.get('/__sandbox/ledger', () => ({
		balance: ledger.balance,
		charged: ledger.charged(),
		transactions: ledger.transactions,
	}));
	app.post('/__sandbox/reset', (_request, reply) => {
		reset();
		return done(reply);
	});
}
