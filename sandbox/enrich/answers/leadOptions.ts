import type * as operations from '../../../shared/providers/enrich/operations/leadOptions';
import { filterValues } from './filterValues';
import type { AnswerRule } from './rule';

const COMPANIES = [
	...['Amplitude', 'Asana', 'Atlassian', 'Canva', 'Datadog', 'Figma', 'GitLab', 'HubSpot'],
	...['Miro', 'Notion', 'Shopify', 'Stripe', 'Strivr', 'Twilio', 'Zapier', 'Zendesk'],
];
const MAX_SUGGESTIONS = 50;

export const suggestCompanyNames: AnswerRule<typeof operations.suggestCompanyNames> = {
	meta: 'id',
	answer({ input: { q, limit = 20 } }) {
		const isLike = (name: string) => name.toLowerCase().startsWith(q.toLowerCase());
		const values = q.length < 2 ? [] : COMPANIES.filter(isLike);
		return { data: { values: values.slice(0, Math.min(MAX_SUGGESTIONS, Math.max(1, limit))) } };
	},
};

export const getFilterOptions: AnswerRule<typeof operations.getFilterOptions> = {
	meta: 'id',
	answer: () => ({ data: filterValues }),
};
