import { catalog, composites } from '../../zapier/src/catalog';
import { dropdowns } from '../../zapier/src/dropdowns';
import { placementOf } from '../../zapier/src/placement';
import { App } from './support';

const {
	searches = {},
	creates = {},
	triggers = {},
} = App as Record<'searches' | 'creates' | 'triggers', object | undefined>;

/** What the app offers: "kind/key". */
const offered = Object.entries({ search: searches, create: creates, trigger: triggers }).flatMap(
	([kind, items]) => Object.keys(items).map((key) => `${kind}/${key}`),
);
const keys = offered.map((item) => item.split('/')[1]);

const placements = (Object.keys(catalog) as (keyof typeof catalog)[]).map(
	(operationId) => [operationId, placementOf(operationId)] as const,
);

/** A reason that a reader understands, not a placeholder. */
const isReason = (text: string) => text.trim().split(/\s+/).length >= 6;

test.each(placements)(
	'%s is offered, part of what is offered, or the reason is written down',
	(_, placement) => {
		if ('notOffered' in placement) expect(isReason(placement.notOffered)).toBe(true);
		else if ('partOf' in placement) expect(keys).toContain(placement.partOf);
		else expect(offered).toContain(`${placement.kind}/${placement.key}`);
	},
);

test('the app offers nothing that the catalog does not place', () => {
	const named = placements.flatMap(([, placement]) => {
		if ('notOffered' in placement) return [];
		return 'partOf' in placement ? placement.partOf : placement.key;
	});
	expect(
		[...new Set([...named, ...Object.keys(composites), ...Object.keys(dropdowns)])].sort(),
	).toEqual(keys.sort());
});

test('a lookup that is placed by its kind alone is named after its title', () => {
	expect(placementOf('ipToCompany')).toEqual({
		kind: 'search',
		key: 'find_company_by_ip',
		noun: 'Company',
		label: 'Find Company by IP',
		description: 'Finds out which company an IP address belongs to.',
		omits: ['searchIp'],
	});
});
