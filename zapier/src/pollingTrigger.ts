import {
	type Bundle,
	defineTrigger,
	type PlainInputField,
	type PlainOutputField,
	type PollingTriggerPerform,
	type Trigger,
	type ZObject,
} from 'zapier-platform-core';
import type { Data } from '../../shared/contract/data';
import type { Connection } from '../../shared/contract/provider';
import type { Client } from '../../shared/http/client';
import type { Item } from './item';
import { runStep } from './step';

/** More than what is new since the last look, as Zapier holds what comes in larger numbers. */
const MAX_ROWS = 100;
/** Zapier shows so many in the editor. */
const MAX_SAMPLES = 3;

export interface Poll {
	inputFields?: PlainInputField[];
	/** Newest first; `id` tells what Zapier has seen. @throws ConnectorError */
	poll(client: Client, bundle: Bundle, z: ZObject, connection: Connection): Promise<Data[]>;
	outputFields: PlainOutputField[];
	sample: Data;
}

/** A trigger that Zapier asks again and again. */
export function pollingTrigger(
	{ key, noun, label, description }: Item,
	{ inputFields = [], poll, outputFields, sample }: Poll,
	{ isHidden = false } = {},
): Trigger {
	const perform: PollingTriggerPerform<Data, Data & { id: string }> = (z, bundle) =>
		runStep(z, bundle, async (client, connection) => {
			const rows = await poll(client, bundle, z, connection);
			// A dropdown offers all that there is.
			const all = isHidden ? Infinity : MAX_ROWS;
			const max = bundle.meta?.isLoadingSample ? MAX_SAMPLES : all;
			return rows.slice(0, max) as (Data & { id: string })[];
		});
	return defineTrigger({
		key,
		noun,
		display: { label, description, ...(isHidden && { hidden: true }) },
		operation: { type: 'polling', inputFields, perform, outputFields, sample },
	});
}
