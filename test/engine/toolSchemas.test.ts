/** What a model has to read of our tools. */
import { placed } from '../../testkit/enrichWorkflow';
import { toolSchemas } from '../../testkit/toolSchemas';

const MAX_CHARACTERS = 10_000;
const tools = toolSchemas();

test('the schemas of all operations together stay below 10 kB', () => {
	const sizes = tools.map(({ schema }) => schema.length);
	expect(tools).toHaveLength(placed.length);
	expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_CHARACTERS);
});

test('a lead search asks a model for one field of filters, which says how to fill it in', () => {
	const { schema } = tools.find(({ operationId }) => operationId === 'searchLeads')!;
	const { properties } = JSON.parse(schema) as {
		properties: Record<string, { description?: string }>;
	};
	expect(Object.keys(properties)).toEqual(['savedSearch', 'filters', 'limit']);
	expect(properties.filters?.description).toContain('Example: {"jobLevel":["VP"]');
});

test('no tool asks a model whether everything should be returned', () => {
	for (const { schema } of tools) expect(schema).not.toContain('returnAll');
});
