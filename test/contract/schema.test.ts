import * as z from 'zod';
import { bare, isRequired, metaOf, requiredKeys, shapeOf } from '../../shared/contract/schema';

const text = z.string().meta({ title: 'Text' });

test.each([
	['bare', text],
	['optional', text.optional()],
	['nullable and optional', text.nullable().optional()],
	['with a default', text.default('x')],
])('a field that is %s is found again with its title', (_, field) => {
	expect(bare(field).def.type).toBe('string');
	expect(metaOf(field).title).toBe('Text');
});

test('what wraps a field has the last word on its title', () => {
	const renamed = text.optional().meta({ title: 'Other' });
	expect(metaOf(renamed).title).toBe('Other');
});

test('only objects have fields', () => {
	expect(Object.keys(shapeOf(z.object({ text }).optional()) ?? {})).toEqual(['text']);
	expect(shapeOf(text)).toBeUndefined();
});

test('a field is required where nothing stands for it', () => {
	const fields = { text, none: text.nullable(), may: text.optional(), has: text.default('x') };
	expect(
		Object.entries(fields)
			.filter(([, field]) => isRequired(field))
			.map(([key]) => key),
	).toEqual(['text', 'none']);
	const schema = z.object(fields);
	expect(requiredKeys(schema)).toEqual(['text', 'none']);
	expect(requiredKeys(schema)).toBe(requiredKeys(schema));
	expect(requiredKeys(text)).toEqual([]);
});
