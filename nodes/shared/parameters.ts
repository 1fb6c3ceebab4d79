import { type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { toConnectorError } from '../../shared/errors/ConnectorError';
import { numberSetting } from '../../shared/input/numberSetting';

/** A number from 0 up; an expression may bring anything. */
export function numberParameter(
	context: IExecuteFunctions,
	path: string,
	title: string,
	otherwise: number,
): number {
	const value: unknown = context.getNodeParameter(path, 0, otherwise);
	if (value === otherwise) return otherwise;
	try {
		return numberSetting(title, value);
	} catch (thrown) {
		throw new NodeOperationError(context.getNode(), toConnectorError(thrown).message, {
			description: 'Correct it in this step. Nothing was sent or charged.',
		});
	}
}
