import { type HttpRequest, type HttpResponse, type Transport } from '../shared/http/transport';
import type { Data } from '../shared/contract/data';
import type { Operation } from '../shared/contract/operation';

export const json = (
	status: number,
	body: unknown,
	headers: Record<string, string> = {},
): HttpResponse => ({
	status,
	headers: { 'content-type': 'application/json', ...headers },
	body: typeof body === 'string' ? body : JSON.stringify(body),
});

export const success = (data: unknown, meta: Data = {}): HttpResponse =>
	json(200, {
		success: true,
		data,
		meta: { requestId: 'req_1', creditsUsed: 0, creditsRemaining: 100, ...meta },
	});

export const csv = (body: string, headers: Record<string, string> = {}): HttpResponse => ({
	status: 200,
	headers: { 'content-type': 'text/csv; charset=utf-8', ...headers },
	body,
});

/** What goes over the wire: lists and files are read into an object of their own. */
export const onWire = ({ answers }: Operation, data: Data): unknown =>
	answers ? Object.values(data)[0] : data;

/** An answer of the operation with this data, as the API sends it. */
export const answerWith = (operation: Operation, data: Data): HttpResponse =>
	operation.answers === 'csv'
		? csv(onWire(operation, data) as string)
		: success(onWire(operation, data));

export const problem = (status: number, members: Data = {}): HttpResponse =>
	json(status, {
		type: `https://dev.enrich.so/errors/x`,
		title: 'Title',
		status,
		detail: 'Detail',
		...members,
	});

export const HTML: HttpResponse = {
	status: 200,
	headers: { 'content-type': 'text/html' },
	body: '<!DOCTYPE html><html><body>Bad gateway</body></html>',
};

/** A code as Node's network layer throws it. */
export const networkError = (code: string) =>
	Object.assign(new Error(`connect ${code} 10.0.0.1`), { code });

type Step = HttpResponse | Error | ((request: HttpRequest) => HttpResponse | Promise<HttpResponse>);

/** Answers from a script, the last step for ever, and keeps what it was asked. */
export function scripted(...steps: Step[]): Transport & { requests: HttpRequest[] } {
	const requests: HttpRequest[] = [];
	const transport = async (request: HttpRequest): Promise<HttpResponse> => {
		requests.push(request);
		const step = steps[Math.min(requests.length, steps.length) - 1] as Step;
		if (step instanceof Error) throw step;
		return typeof step === 'function' ? step(request) : step;
	};
	return Object.assign(transport, { requests });
}
