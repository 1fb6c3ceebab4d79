/** What is shown, by the name of its picture. */
import { type Editor, WIDE } from './editor';

type Take = (editor: Editor, path: string) => Promise<void>;

/** A workflow after it has run. */
const run =
	(file: string): Take =>
	async (editor, path) => {
		await editor.openExample(file, WIDE);
		await editor.execute();
		await editor.fit();
		await editor.take(path);
	};

export const pictures: Record<string, Take> = {
	'clean-crm-export': run('clean-crm-export.json'),
	'find-email': async (editor, path) => {
		await editor.openExample('clean-crm-export.json');
		await editor.execute();
		await editor.enter('Find Missing Emails');
		await editor.take(path);
	},
};
