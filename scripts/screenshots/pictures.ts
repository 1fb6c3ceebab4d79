/** What is shown, by the name of its picture. */
import { enrichNode } from '../../testkit/enrichWorkflow';
import { to } from '../../test/e2e/support/workflows';
import { type Editor, WIDE } from './editor';

type Take = (editor: Editor, path: string) => Promise<void>;

/** A workflow after it has run. */
const ran =
	(file: string, size = WIDE): Take =>
	async (editor, path) => {
		await editor.openExample(file, size);
		await editor.execute();
		await editor.fit();
		await editor.take(path);
	};

/** A workflow that waits for its trigger. */
const still =
	(file: string): Take =>
	async (editor, path) => {
		await editor.openExample(file, WIDE);
		await editor.take(path);
	};

/** One Enrich step behind rows, opened and run. */
const step =
	(
		name: string,
		parameters: object,
		rows: readonly object[],
		prepare?: (editor: Editor) => void,
	): Take =>
	async (editor, path) => {
		prepare?.(editor);
		await editor.open({
			name,
			nodes: [
				editor.node('List', 'n8n-nodes-base.manualTrigger', [0, 0]),
				{
					...editor.node(name, 'n8n-nodes-enrich.enrich', [240, 0]),
					...enrichNode(parameters, editor.credentials, name),
				},
			],
			connections: { List: to(name) },
			pinData: { List: rows.map((json) => ({ json })) },
		});
		await editor.enter(name);
		await editor.executeStep();
		await editor.take(path);
	};

const leads = (more: object) => ({
	resource: 'lead',
	operation: 'search',
	filtersBy: 'fields',
	jobLevel: ['VP'],
	countryName: ['Germany'],
	...more,
});

export const pictures: Record<string, Take> = {
	'clean-crm-export': ran('clean-crm-export.json'),
	'route-signups': ran('route-signups.json'),
	'lead-list': ran('lead-list.json'),
	'enrich-leads': ran('enrich-leads.json'),
	'overnight-cleaning': still('overnight-cleaning.json'),
	'find-email': async (editor, path) => {
		await editor.openExample('clean-crm-export.json');
		await editor.execute();
		await editor.enter('Find Missing Emails');
		await editor.take(path);
	},
	'lead-search': step('Search Leads', leads({ employeeCountRange: '50-1000', limit: 25 }), [{}]),
	'lead-misspelled': step('Search Leads', leads({ countryName: '={{ [$json.country] }}' }), [
		{ country: 'Germny' },
	]),
	'error-next-step': step(
		'Find Phone',
		{ resource: 'phone', operation: 'find', email: '={{ $json.email }}' },
		[{ email: 'emily.zhang@figma.com' }],
		({ sandbox }) =>
			sandbox.ledger.book('adjustment', 100 - sandbox.ledger.balance, 'A new account'),
	),
	'many-rows': step(
		'Validate Emails',
		{ resource: 'email', operation: 'validate', email: '={{ $json.email }}' },
		Array.from({ length: 500 }, (_, i) => ({
			customer: `C-${1000 + i}`,
			email: `person.${i + 1}@figma.com`,
		})),
	),
	'enrich-trigger': async (editor, path) => {
		await editor.openExample('batch-completed.json');
		await editor.enter('Batch Completed');
		await editor.take(path);
	},
	'sandbox-page': async ({ page, sandbox }, path) => {
		await page.setViewportSize({ width: 1280, height: 860 });
		await page.goto(new URL('/', sandbox.url).href);
		await page.waitForTimeout(1500);
		await page.screenshot({ path });
	},
};
