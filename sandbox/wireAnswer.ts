/** What a provider's API refuses a call for; a provider may say more about it. */
export interface Problem {
	status: number;
	detail: string;
}

/** A body as it goes over the wire, with what must be said about it. */
export interface WireAnswer {
	status: number;
	contentType: string;
	body: string;
	headers?: Record<string, string>;
}

export const JSON_TYPE = 'application/json; charset=utf-8';

export const jsonAnswer = (status: number, body: unknown): WireAnswer => ({
	status,
	contentType: JSON_TYPE,
	body: JSON.stringify(body),
});
