import { type Client, type ClientOptions, createClient } from '../shared/http/client';
import type { Transport } from '../shared/http/transport';
import { enrich } from '../shared/providers/enrich';
import { FakeClock } from './fakeClock';

export const BASE_URL = 'https://api.test/v3';
export const CANARY_KEY = 'sk_canary_0123456789';

/** A client as the platforms make it, whose requests end in a transport of ours. */
export const fakeClient = (transport: Transport, options: Partial<ClientOptions> = {}): Client =>
	createClient(enrich, {
		baseUrl: BASE_URL,
		transport,
		clock: new FakeClock(),
		secrets: [CANARY_KEY],
		...options,
	});
