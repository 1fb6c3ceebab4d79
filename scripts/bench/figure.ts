/** One line of the result. Without a target it is only told. */
export interface Figure {
	name: string;
	value: number;
	unit: string;
	atLeast?: number;
	atMost?: number;
}

export interface Part {
	name: string;
	measure(): Promise<Figure[]>;
}

export const isMet = ({ value, atLeast = -Infinity, atMost = Infinity }: Figure): boolean =>
	value >= atLeast && value <= atMost;

/** Cut, not rounded up: 0.8996 must not pass for 0.9. */
export const ratio = (value: number): number => Math.floor(value * 1000) / 1000;

export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const [low, high] = sorted.length % 2 === 1 ? [middle, middle] : [middle - 1, middle];
	return ((sorted[low] ?? NaN) + (sorted[high] ?? NaN)) / 2;
}
