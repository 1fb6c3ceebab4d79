import type { Provider } from '../../contract/provider';
import { encodeRequest } from '../../http/encode';
import { auth } from './auth';
import { batches } from './batches';
import { decode } from './decode';
import { events } from './events';
import { followUps } from './followUps';
import { additionOf, additions } from './leadAdditions';
import { resolve, valueLists } from './leadValues';
import { operations } from './operations';
import { plans } from './plans';
import { recover } from './recover';
import { wallet } from './wallet';
import { words } from './words';

/** Enrich, enrich.so: B2B contact data. Sources: its API reference, version 3. */
export const enrich = {
	words,
	auth,
	operations,
	encode: (operation, input) => encodeRequest(operation, input),
	decode,
	plans,
	additions,
	additionOf,
	resolve,
	valueLists,
	wallet,
	recover,
	batches,
	followUps,
	events,
} satisfies Provider;

export type OperationId = keyof typeof operations;
