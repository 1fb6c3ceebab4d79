import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod/v4';
import type { FaultRule, Faults } from './faults';
import type { Ledger } from './ledger';
import type { Recorder } from './requests';

interface Controlled {
	ledger: Ledger;
	faults: Faults;
	recorder: Recorder;
	reset(): void;
}

/** What only a sandbox has. It needs no key: the server listens on the loopback interface only. */
export function addControlRoutes(
	app: FastifyInstance,
	{ ledger, faults, recorder, reset }: Controlled,
): void {
	const done = (reply: FastifyReply) => reply.code(204).send();

	app.get('/__sandbox/faults', () => faults.list());
	app.post('/__sandbox/faults', (request, reply) => {
		try {
			faults.add((request.body ?? {}) as FaultRule);
		} catch (error) {
			if (!(error instanceof z.ZodError)) throw error;
			return reply.code(400).send({ error: z.prettifyError(error) });
		}
		return reply.code(201).send(faults.list());
	});
	app.delete('/__sandbox/faults', (_request, reply) => {
		faults.clear();
		return done(reply);
	});
	app.get('/__sandbox/requests', () => recorder.requests);
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
