/** Waits with its rows, and answers every callback without going on. */
class Holder {
	description = {
		displayName: 'Holder',
		name: 'holder',
		group: ['transform'],
		version: 1,
		description: 'Holds rows',
		defaults: { name: 'Holder' },
		inputs: ['main'],
		outputs: ['main'],
		webhooks: [
			{
				name: 'default',
				httpMethod: 'POST',
				path: '',
				isFullPath: true,
				restartWebhook: true,
				responseMode: 'onReceived',
				responseData: '',
			},
		],
		properties: [],
	};

	async execute() {
		const { resumeUrl } = this.getWorkflowDataProxy(0).$execution;
		this.setMetadata({ resumeUrl });
		await this.putExecutionToWait(new Date(Date.now() + 24 * 60 * 60 * 1000));
		return [this.getInputData()];
	}

	async webhook() {
		return { webhookResponse: { received: true } };
	}
}

module.exports = { Holder };
