/**
 * Who publishes, from which repository, and as which Zapier app: publishing.json says it once. This
 * script carries it into every file that has to repeat it, and checks that all of them agree.
 */
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';

export interface Publishing {
	/** https://github.com/<owner>/<name> */
	repository: string;
	publisher: { name: string; email: string };
	/** The folders of the n8n packages, by the word that their release tags start with. */
	packages: Record<string, string>;
	/** Zapier's own numbers of the app, null before it is registered there. */
	zapierApp: { id: number | null; key: string | null };
}

type Json = Record<string, unknown>;

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Json;

export const publishing = readJson('publishing.json') as unknown as Publishing;

/** Where a package is read about: its README in the repository. */
function pagesOf(folder: string, { repository }: Publishing) {
	const page = folder === '.' ? repository : `${repository}/tree/main/${folder}`;
	return { homepage: `${page}#readme`, connecting: `${page}#connect` };
}

/** The text that a file has to have, made from the one that it has: the same text where all agrees. */
type Correct = (text: string) => string;

const json =
	(change: (content: Json) => Json): Correct =>
	(text) => {
		const content = JSON.parse(text) as Json;
		const changed = change(content);
		const agrees = JSON.stringify(changed) === JSON.stringify(content);
		return agrees ? text : JSON.stringify(changed, null, 2);
	};

function correctionsOf(folder: string, values: Publishing): [file: string, correct: Correct][] {
	const { homepage, connecting } = pagesOf(folder, values);
	const manifest = json((content) => ({
		...content,
		author: values.publisher,
		homepage,
		repository: {
			type: 'git',
			url: `git+${values.repository}.git`,
			...(folder !== '.' && { directory: folder }),
		},
		bugs: { url: `${values.repository}/issues` },
	}));
	const codex = json((content) => ({
		...content,
		resources: {
			...(content.resources as Json),
			credentialDocumentation: [{ url: connecting }],
			primaryDocumentation: [{ url: homepage }],
		},
	}));
	const credential: Correct = (text) =>
		text.replace(/(documentationUrl =\s+)'[^']*'/, (_, start: string) => `${start}'${connecting}'`);
	const inFolder = (pattern: string, correct: Correct) =>
		globSync(pattern, { cwd: folder })
			.sort()
			.map((file): [string, Correct] => [join(folder, file), correct]);
	return [
		[join(folder, 'package.json'), manifest],
		...inFolder('nodes/*/*.node.json', codex),
		...inFolder('credentials/*.credentials.ts', credential),
	];
}

/** By this file Zapier's command line tool knows the app; without a registered app there is none. */
const ZAPIER_APP = 'zapier/.zapierapprc';
const zapierApp = ({ zapierApp: { id, key } }: Publishing) =>
	id === null ? '' : JSON.stringify({ id, key }, null, 2);

const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd() : '');

/** The files that do not agree with publishing.json, with the text that they have to have. */
export function outdated(values = publishing): [file: string, text: string][] {
	const corrections = Object.values(values.packages).flatMap((folder) =>
		correctionsOf(folder, values),
	);
	return [...corrections, [ZAPIER_APP, () => zapierApp(values)] satisfies [string, Correct]]
		.map(([file, correct]): [string, string] => [file, correct(read(file))])
		.filter(([file, text]) => text !== read(file));
}

async function write([file, text]: [file: string, text: string]): Promise<void> {
	if (text === '') return rmSync(file);
	// Not for those who only check: it takes a while to load.
	const { format, resolveConfig } = await import('prettier');
	const style = { ...(await resolveConfig(file)), filepath: file };
	writeFileSync(file, file === ZAPIER_APP ? `${text}\n` : await format(text, style));
	console.log(`Corrected: ${file}`);
}

/**
 * What still has to be filled in before an n8n package is published. `runsIn` is the repository that
 * a release runs in, as <owner>/<name>: npm's provenance names that one.
 */
export function missing({ repository, publisher }: Publishing, runsIn?: string): string[] {
	const isRepository = /^https:\/\/github\.com\/[\w-]+\/[\w.-]+$/.test(repository);
	const isEmail = /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(publisher.email);
	return [
		runsIn !== undefined &&
			repository !== `https://github.com/${runsIn}` &&
			`repository: this is https://github.com/${runsIn}`,
		(!isRepository || /\/OWNER\/|\.git$/.test(repository)) &&
			'repository: the public GitHub repository, as https://github.com/<owner>/<name>',
		(!isEmail || /@example\.(com|org|net)$/.test(publisher.email)) &&
			'publisher.email: an address of whoever publishes, as it stands on npm',
		publisher.name.trim() === '' && 'publisher.name: whoever publishes',
	].filter((text) => text !== false);
}

async function main(): Promise<void> {
	const options = new Command('publishing')
		.description('Checks that all files agree with publishing.json')
		.option('--write', 'correct them')
		.option('--ready', 'check also that nothing is left to fill in')
		.parse()
		.opts<{ write?: boolean; ready?: boolean }>();
	if (options.write) for (const correction of outdated()) await write(correction);
	const problems = [
		...outdated().map(([file]) => `${file} does not agree: npm run publishing:write`),
		...(options.ready
			? missing(publishing, process.env.GITHUB_REPOSITORY).map(
					(text) => `publishing.json lacks ${text}`,
				)
			: []),
	];
	if (problems.length > 0) {
		for (const problem of problems) console.error(problem);
		console.error('What to fill in, and where: docs/publishing.md');
		process.exitCode = 1;
	} else console.log('All files agree with publishing.json.');
}

if (require.main === module) void main();
