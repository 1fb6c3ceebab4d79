import fc from 'fast-check';
import { encodeRequest } from '../../shared/http/encode';

const get = (path: string, input: object) =>
	encodeRequest({ method: 'GET', path }, { ...input }).path;

test('a POST carries JSON', () => {
	expect(encodeRequest({ method: 'POST', path: '/a' }, { name: 'é', list: [1] })).toEqual({
		method: 'POST',
		path: '/a',
		headers: { accept: 'application/json', 'content-type': 'application/json' },
		body: '{"name":"é","list":[1]}',
	});
});

test('or a form, in which the entries of a list repeat its key', () => {
	const { headers, body } = encodeRequest(
		{ method: 'POST', path: '/a' },
		{ name: 'A & B', tags: ['x', 'y z'], none: undefined, count: 2, isNew: false },
		'form',
	);
	expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
	expect(body).toBe('name=A+%26+B&tags=x&tags=y+z&count=2&isNew=false');
});

test('a POST without input carries an empty object, or an empty form', () => {
	expect(encodeRequest({ method: 'POST', path: '/a' }, {}).body).toBe('{}');
	expect(encodeRequest({ method: 'POST', path: '/a' }, {}, 'form').body).toBe('');
});

test.each(['GET', 'DELETE'] as const)(
	'a %s carries its input in the query, and no body',
	(method) => {
		expect(encodeRequest({ method, path: '/a' }, { b: 'c d', list: ['x', 'y'] })).toEqual({
			method,
			path: '/a?b=c+d&list=x&list=y',
			headers: { accept: 'application/json' },
		});
	},
);

test('without input there is no query', () => {
	expect(get('/a', {})).toBe('/a');
	expect(get('/a', { b: undefined, c: [] })).toBe('/a');
});

test('what belongs into the path stands there, encoded, and nowhere else', () => {
	expect(get('/jobs/{id}/rows/{row}', { id: '../a b/?x', row: 7, page: 2 })).toBe(
		'/jobs/..%2Fa%20b%2F%3Fx/rows/7?page=2',
	);
	const posted = { method: 'POST', path: '/jobs/{id}' } as const;
	expect(encodeRequest(posted, { id: 'x', more: 1 })).toMatchObject({
		path: '/jobs/x',
		body: '{"more":1}',
	});
});

test('of a POST, only the keys that belong into the query stand there', () => {
	const posted = { method: 'POST', path: '/a', queryKeys: ['batchId', 'absent'] } as const;
	expect(
		encodeRequest({ ...posted, queryKeys: [...posted.queryKeys] }, { batchId: 'x', b: 1 }),
	).toMatchObject({
		path: '/a?batchId=x',
		body: '{"b":1}',
	});
});

test('whatever the values, they arrive as they were', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary' }), fc.string(), (id, text) => {
			const { path } = encodeRequest({ method: 'GET', path: '/jobs/{id}' }, { id, text });
			const url = new URL(path, 'https://api.test');
			expect(url.searchParams.get('text')).toBe(text);
			const [, jobs, encoded, ...rest] = path.split('?')[0]!.split('/');
			expect([jobs, rest]).toEqual(['jobs', []]);
			expect(decodeURIComponent(encoded!)).toBe(id);
		}),
	);
});

test('the input stays as it was', () => {
	const input = { id: 'x', more: 1 };
	encodeRequest({ method: 'GET', path: '/jobs/{id}' }, input);
	expect(input).toEqual({ id: 'x', more: 1 });
});
