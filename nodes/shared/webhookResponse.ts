import type {
	IDataObject,
	INodeExecutionData,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';

/** Whoever has called, and what it was answered; n8n answers by itself only where this has not. */
export class WebhookResponse {
	/** The status that was answered, as soon as it is certain. */
	readonly answered: Promise<number>;
	private resolve: (status: number) => void = () => {};
	private status?: number;

	constructor(private readonly context: IWebhookFunctions) {
		this.answered = new Promise((resolve) => (this.resolve = resolve));
	}

	/** Answers at once, so that nobody waits for what is still to be read. */
	answer(status: number, message: string, headers: Record<string, string> = {}): void {
		if (this.status !== undefined) return;
		this.settle(status);
		const response = this.context.getResponseObject();
		if (!response.headersSent) response.status(status).set(headers).json({ message });
	}

	/** Answers, unless that was done, and starts nothing. */
	refuse(status: number, message: string, headers?: Record<string, string>): IWebhookResponseData {
		this.answer(status, message, headers);
		return { noWebhookResponse: true };
	}

	/** Starts the workflow. */
	start(items: INodeExecutionData[]): IWebhookResponseData {
		const isAnswered = this.status !== undefined;
		this.settle(200);
		return { workflowData: [items], ...(isAnswered && { noWebhookResponse: true }) };
	}

	/** Tells, once this call is over, whether n8n has taken it. */
	onEnd(act: (isTaken: boolean) => void): void {
		const response = this.context.getResponseObject();
		// n8n goes on with the call of somebody who has hung up.
		if (response.closed) act(true);
		else response.once('close', () => act(response.statusCode < 300));
	}

	private settle(status: number): void {
		this.status ??= status;
		this.resolve(status);
	}
}

export const toItem = (json: object): INodeExecutionData => ({ json: json as IDataObject });
