/** What only a sandbox has. It needs no key: the server listens on the loopback interface only. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { FaultRule } from './faults';
import type { SandboxContext } from './routes';

/** Answers 400, and what is wrong, when what was asked for is not as it should be. */
export function unlessWrong(reply: FastifyReply, act: () => FastifyReply): FastifyReply {
	try {
		return act();
	} catch (error) {
		if (!(error instanceof z.ZodError)) throw error;
		return reply.code(400).send({ error: z.prettifyError(error) });
	}
}

/** How many of the newest are wanted; default: all. */
interface Last {
	Querystring: { last?: string };
}
const lastOf = ({ last }: Last['Querystring']): number => Number(last) || Infinity;

/** What can be read and set of any provider's API, below `base`, e.g. `/__sandbox`. */
export function addControlRoutes(
	app: FastifyInstance,
	base: string,
	{ ledger, faults, recorder }: SandboxContext,
	reset: () => void,
): void {
	const done = (reply: FastifyReply) => reply.code(204).send();

	app.get(`${base}/faults`, () => faults.list());
	app.post(`${base}/faults`, (request, reply) =>
		unlessWrong(reply, () => {
			faults.add((request.body ?? {}) as FaultRule);
			return reply.code(201).send(faults.list());
		}),
	);
	app.delete(`${base}/faults`, (_request, reply) => {
		faults.reset();
		return done(reply);
	});
	app.get<Last>(`${base}/requests`, ({ query }) => recorder.entries.slice(-lastOf(query)));
	app.get<Last>(`${base}/ledger`, ({ query }) => ({
		balance: ledger.balance,
		charged: ledger.charged(),
		paidAgain: ledger.paidAgain(),
		transactions: ledger.transactions.slice(0, lastOf(query)),
	}));
	app.post(`${base}/reset`, (_request, reply) => {
		reset();
		return done(reply);
	});
}
