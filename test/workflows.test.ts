import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Step {
	uses?: string;
	run?: string;
}
interface Workflow {
	permissions: Record<string, string>;
	jobs: Record<string, { permissions?: Record<string, string>; steps: Step[] }>;
}

const FOLDER = '.github/workflows';
const files = readdirSync(FOLDER);
const textOf = (file: string) => readFileSync(`${FOLDER}/${file}`, 'utf8');
const workflowOf = (file: string) => parse(textOf(file)) as Workflow;

describe.each(files)('workflow %s', (file) => {
	test('runs only actions that are pinned to a commit, with their version beside it', () => {
		const uses = textOf(file)
			.split('\n')
			.filter((line) => /\buses:/.test(line));
		expect(uses).not.toEqual([]);
		const isPinned = (line: string) => /uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line);
		expect(uses.filter((line) => !isPinned(line))).toEqual([]);
	});

	test('gives each job only the rights that it names', () => {
		const { permissions, jobs } = workflowOf(file);
		expect(permissions).toEqual({});
		for (const job of Object.values(jobs)) expect(job.permissions).toBeDefined();
	});
});

test('an action has one version in all workflows', () => {
	const pins = files.flatMap((file) => textOf(file).match(/uses: \S+ # \S+/g) ?? []);
	const names = new Set([...new Set(pins)].map((pin) => pin.split('@')[0]));
	expect(new Set(pins).size).toBe(names.size);
});

describe('publishing', () => {
	const { jobs } = workflowOf('publish.yml');

	test('is the right of one job, which runs nothing but npm on the finished tarball', () => {
		const mayPublish = Object.entries(jobs).filter(([, { permissions }]) =>
			Object.hasOwn(permissions ?? {}, 'id-token'),
		);
		expect(mayPublish.map(([name]) => name)).toEqual(['publish']);
		const { steps } = jobs.publish as { steps: Step[] };
		const actions = steps.flatMap(({ uses }) => uses?.split('@')[0] ?? []);
		expect(actions).toEqual(['actions/setup-node', 'actions/download-artifact']);
		expect(steps.flatMap(({ run }) => run ?? [])).toEqual([
			'npm publish --provenance --access public --ignore-scripts ./release/*.tgz',
		]);
	});

	test('comes after everything that is tested before a merge', () => {
		const runs = jobs.build?.steps.flatMap(({ run }) => run ?? []);
		expect(runs).toEqual(expect.arrayContaining(['bash .ci/run', 'npm run publishing:check']));
	});
});
