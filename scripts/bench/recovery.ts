import { startSandbox } from '../../sandbox/server';
import { loadEngine } from '../../testkit/n8nEngine';
import { type Part, ratio } from './figure';

const ROWS = 1000;
const LOST = 30;
const EVERY = Math.floor(ROWS / LOST);
/** In the domains of those whose answers get lost. */
const LOST_MARK = 'lost';

const FIRST_NAMES = ['Emily', 'Anna', 'Peter', 'Laura', 'James', 'Maria', 'David', 'Julia'];
const LAST_NAMES = ['Zhang', 'Miller', 'Novak', 'Rossi', 'Silva', 'Berger', 'Olsen'];
const pick = (names: readonly string[], index: number) => names[index % names.length] as string;

const WORKFLOW = {
	nodes: [
		{ name: 'Leads', type: 'n8n-nodes-base.manualTrigger' },
		{
			name: 'Find Email',
			type: 'n8n-nodes-enrich.enrich',
			parameters: {
				...{ resource: 'email', operation: 'find', domain: '={{ $json.domain }}' },
				...{ firstName: '={{ $json.firstName }}', lastName: '={{ $json.lastName }}' },
			},
			credentials: { enrichApi: { id: '1', name: 'Enrich account' } },
		},
	],
	connections: { Leads: { main: [[{ node: 'Find Email', type: 'main', index: 0 }]] } },
};

/** The connection breaks after the call was carried out: whoever was found was charged. */
export const lostAnswers: Part = {
	name: 'lost-answers',
	async measure() {
		const sandbox = await startSandbox({ plan: 'unlimited', balance: 20 * ROWS });
		try {
			sandbox.fault({ match: LOST_MARK, when: 'after', kind: 'reset', times: null });
			const { apiKey, url: baseUrl } = sandbox;
			const engine = await loadEngine({ credentials: { enrichApi: { apiKey, baseUrl } } });
			const items = Array.from({ length: ROWS }, (_, index) => ({
				firstName: pick(FIRST_NAMES, index),
				lastName: pick(LAST_NAMES, index),
				domain: `${index % EVERY === 0 && index < LOST * EVERY ? LOST_MARK : 'company'}${index}.com`,
			}));
			const { error, last } = await engine.run(WORKFLOW, { items });
			if (error) throw error;
			const isLost = (text: unknown) => String(text).includes(LOST_MARK);
			const charged = sandbox.ledger.transactions.filter(({ description }) => isLost(description));
			const recovered = last.filter(
				({ json }) => isLost(json.domain) && json.outcome === 'found' && isLost(json.email),
			);
			if (charged.length === 0) throw new Error('No lost answer was charged');
			return [
				{
					name: `lost-answers: charged e-mails recovered (${LOST} lost of ${ROWS.toLocaleString('en-US')}, ${charged.length} charged)`,
					value: ratio(recovered.length / charged.length),
					unit: 'of charged',
					atLeast: 1,
				},
			];
		} finally {
			await sandbox.close();
		}
	},
};
