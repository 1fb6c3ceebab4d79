import manifest from '../../zapier/package.json';

test('the built Zapier app is what Zapier will load', () => {
	const app: unknown = jest.requireActual('../../zapier/index.js');
	expect(app).toMatchObject({
		version: manifest.version,
		platformVersion: manifest.dependencies['zapier-platform-core'],
		authentication: expect.any(Object),
	});
});
