/** The pictures in the README and docs, from a real n8n's editor: npm run screenshots -- [names of pictures]. */
import { join } from 'node:path';
import { startSandbox } from '../sandbox/server';
import { launchBrowser } from '../test/e2e/support/browser';
import { connectAll } from '../test/e2e/support/examples';
import { N8nServer } from '../test/e2e/support/n8nServer';
import { pictures } from './screenshots/pictures';
import { Editor } from './screenshots/editor';

const FOLDER = join(__dirname, '../examples');
const OWNER = { email: 'owner@example.com', password: 'Enrich-sandbox-1' };

async function main(): Promise<void> {
	const wanted = process.argv.slice(2);
	const chosen = Object.entries(pictures).filter(
		([name]) => wanted.length === 0 || wanted.includes(name),
	);
	const sandbox = await startSandbox({ plan: 'unlimited' });
	const n8n = await N8nServer.create({ published: ['enrich', 'cufinder'], owner: OWNER });
	const browser = await launchBrowser();
	try {
		const ids = await connectAll(n8n.api, sandbox);
		const editor = await Editor.logIn({ browser, n8n, sandbox, ids }, OWNER);
		for (const [name, take] of chosen) {
			sandbox.reset();
			await take(editor, join(FOLDER, `${name}.png`));
			console.log(`examples/${name}.png`);
		}
	} finally {
		await browser.close();
		await n8n.remove();
		await sandbox.close();
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
