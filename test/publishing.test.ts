import { missing, outdated, publishing } from '../scripts/publishing';

describe('publishing.json', () => {
	test('is what every file says that names the repository, the publisher or the Zapier app', () => {
		expect(outdated().map(([file]) => file)).toEqual([]);
	});

	test('reaches every file that names the repository', () => {
		const moved = { ...publishing, repository: 'https://github.com/somebody/else' };
		expect(outdated(moved).map(([file]) => file)).toEqual(
			expect.arrayContaining([
				'package.json',
				'nodes/Enrich/Enrich.node.json',
				'nodes/EnrichTrigger/EnrichTrigger.node.json',
				'credentials/EnrichApi.credentials.ts',
			]),
		);
		for (const [, text] of outdated(moved)) expect(text).not.toContain(publishing.repository);
	});

	test('names the app for Zapier once it is registered there', () => {
		const registered = { ...publishing, zapierApp: { id: 1, key: 'App1' } };
		expect(Object.fromEntries(outdated(registered))['zapier/.zapierapprc']).toContain('"id": 1');
	});

	const publisher = { name: 'Somebody', email: 'somebody@else.org' };
	const filled = { ...publishing, publisher, repository: 'https://github.com/somebody/else' };

	test('is ready once repository and publisher are filled in', () => {
		expect(missing(filled, 'somebody/else')).toEqual([]);
	});

	test('is not ready in another repository, which the provenance would name', () => {
		expect(missing(filled, 'somebody/fork')).toEqual([expect.stringContaining('somebody/fork')]);
	});

	test.each([
		['repository', { repository: 'https://github.com/OWNER/enrich-connector' }],
		['repository', { repository: 'https://gitlab.com/somebody/else' }],
		['repository', { repository: 'https://github.com/somebody/else.git' }],
		['publisher.email', { publisher: { ...publisher, email: 'contributors@example.com' } }],
		['publisher.email', { publisher: { ...publisher, email: '' } }],
		['publisher.name', { publisher: { ...publisher, name: ' ' } }],
	])('is not ready while %s is %j', (field, values) => {
		expect(missing({ ...filled, ...values })).toEqual([expect.stringContaining(field)]);
	});
});
