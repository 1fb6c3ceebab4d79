/** Gives as many rows as the webhook before it was asked for, of about 150 bytes each. */
class Rows {
	description = {
		displayName: 'Rows',
		name: 'rows',
		group: ['transform'],
		version: 1,
		description: 'Makes rows',
		defaults: { name: 'Rows' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		const { count } = this.getInputData()[0].json.body;
		return [Array.from({ length: count }, (_, row) => ({ json: rowOf(row), pairedItem: 0 }))];
	}
}

const rowOf = (row) => ({
	firstName: `First${row}`,
	lastName: `Last${row}`,
	email: `first${row}.last${row}@company${row}.example`,
	company: `Company ${row} Incorporated`,
	country: `Country ${row % 50}`,
});

module.exports = { Rows };
