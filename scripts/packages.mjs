import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folders of the n8n packages, as publishing.json names them; n8n verifies one service per package. */
export const packageFolders = () =>
	Object.values(
		JSON.parse(readFileSync(fileURLToPath(new URL('../publishing.json', import.meta.url)), 'utf8'))
			.packages,
	);
