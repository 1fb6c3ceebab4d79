/** A time as sentences hold it: "2027-01-15 08:00 UTC". */
export const timeText = (at: number): string =>
	`${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
