import * as n8n from 'n8n-workflow';
import type { INodeParameters, IWebhookDescription } from 'n8n-workflow';
import { EVENT_KINDS } from '../../shared/contract/event';

const CALLED_BACK = Object.keys(EVENT_KINDS);

/** Whether Enrich reports the event by calling back; all others are looked for. */
export const isCalledBack = (event: unknown): boolean => CALLED_BACK.includes(String(event));

const listens = `${JSON.stringify(CALLED_BACK)}.includes($parameter["event"])`;

const FIELDS = {
	// n8n registers no address, and listens to none, where there is no method.
	httpMethod: {
		template: `={{ ${listens} ? "POST" : "" }}`,
		resolve: ({ event }: INodeParameters) => (isCalledBack(event) ? 'POST' : ''),
	},
	ndvHideUrl: {
		template: `={{ !${listens} }}`,
		resolve: ({ event }: INodeParameters) => !isCalledBack(event),
	},
};

const templatesOf = ({ httpMethod, ndvHideUrl }: typeof FIELDS) => ({
	httpMethod: httpMethod.template,
	ndvHideUrl: ndvHideUrl.template,
});

/** An expression for each call would halve the calls that n8n can take; older ones know only those. */
const { webhookDescriptionFields = templatesOf } = n8n as Partial<
	Pick<typeof n8n, 'webhookDescriptionFields'>
>;

export const webhookDescription = {
	name: 'default',
	...webhookDescriptionFields(FIELDS),
	responseMode: 'onReceived',
	// Empty, or n8n would answer with the name of its default.
	responseData: '',
	path: 'enrich',
} as IWebhookDescription;
