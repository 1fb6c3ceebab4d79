/** What every provider's action node has in common: its outputs, its subtitle, its fields. */
import { NodeConnectionTypes } from 'n8n-workflow';
import { BATCH_OPERATIONS } from './batchProperties';
import { type NodeKit, placedOperations } from './kit';

const MAIN = NodeConnectionTypes.Main;
const named = (...names: string[]) =>
	`[${names.map((displayName) => `{ type: "${MAIN}", displayName: "${displayName}" }`).join(', ')}]`;

/** The chosen operation as the texts name it, e.g. "Email: Validate". */
export function subtitleOf(kit: NodeKit): string {
	const names = Object.fromEntries([
		...placedOperations(kit).map(({ resource, value, name }) => [
			`${resource}/${value}`,
			`${kit.resources[resource]}: ${name}`,
		]),
		...Object.entries(kit.provider.batches ? BATCH_OPERATIONS : {}).map(([value, { name }]) => [
			`batch/${value}`,
			`Batch: ${name}`,
		]),
	]) as Record<string, string>;
	return `={{ (${JSON.stringify(names)})[$parameter["resource"] + "/" + $parameter["operation"]] }}`;
}

/** What stands at the node's outputs, by what is chosen. */
export function outputsOf(kit: NodeKit): `={{${string}}}` {
	// A 'When Not Found' that was chosen for another operation must not open a second output.
	const mayMiss = placedOperations(kit)
		.filter(({ operation }) => operation.price && !operation.neverMisses)
		.map(({ resource, value }) => `${resource}/${value}`);
	const split = [
		'$parameter["notFound"] === "output"',
		...(kit.provider.batches
			? [
					'$parameter["options"]?.waiting !== "none"',
					'!["csv", "jsonl"].includes($parameter["options"]?.format)',
				]
			: []),
		`${JSON.stringify(mayMiss)}.includes($parameter["resource"] + "/" + $parameter["operation"])`,
	].join(' && ');
	return `={{ ${split} ? ${named('Found', 'Not Found')} : ["${MAIN}"] }}`;
}
