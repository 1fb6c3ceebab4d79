import { ConnectorError } from '../errors/ConnectorError';
import { isBlank, quote } from './text';
import { normalizeRange, numberIn, type NumberRange } from './values';

/** The number that somebody has set under this title. @throws ConnectorError of kind `badInput` */
export function numberSetting(title: string, value: unknown, allowed: NumberRange = {}): number {
	const number = numberIn(value, allowed);
	if (number !== undefined) return number;
	const { from = 0, to = Infinity, isWhole = false } = allowed;
	const range = to === Infinity ? `from ${from} up` : `from ${from} to ${to}`;
	const detail = `must be a ${isWhole ? 'whole ' : ''}number ${range}, not ${quote(value)}`;
	throw new ConnectorError({ kind: 'badInput', field: title, detail });
}

/** From and to, as somebody has set them under this title; blank: no bounds. @throws ConnectorError of kind `badInput` */
export function rangeSetting(field: string, value: unknown): { from?: number; to?: number } {
	try {
		return isBlank(value) ? {} : normalizeRange(value);
	} catch (thrown) {
		throw new ConnectorError({ kind: 'badInput', field, detail: (thrown as Error).message });
	}
}
