import type { Data } from '../../contract/data';
import type { Provider } from '../../contract/provider';
import { encodeRequest } from '../../http/encode';
import { auth } from './auth';
import { decode } from './decode';
import { operations } from './operations';
import { words } from './words';

/**
 * CUFinder, cufinder.io: company and person data. Sources: its API documentation, version 2, its
 * SDKs and its extension, which differ in places; what none of them says is handled liberally.
 */
export const cufinder = {
	words,
	auth,
	operations,
	// A form has no groups: a search's filters stand beside its page.
	encode: (operation, { filters, ...input }) =>
		encodeRequest(operation, { ...(filters as Data | undefined), ...input }, 'form'),
	decode,
} satisfies Provider;

export type OperationId = keyof typeof operations;
