import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { isBlank, quote } from '../../shared/input/text';

/** An expression may bring anything; what is no number must not pass for "no limit". */
export function numberParameter(
	context: IExecuteFunctions,
	path: string,
	title: string,
	otherwise: number,
): number {
	const value: unknown = context.getNodeParameter(path, 0, otherwise);
	const number = isBlank(value) ? NaN : Number(value);
	if (number >= 0) return number;
	throw new NodeOperationError(
		context.getNode(),
		`'${title}' must be a number from 0 up, not ${quote(value)}`,
		{ description: 'Correct it in this step. Nothing was sent or charged.' },
	);
}
