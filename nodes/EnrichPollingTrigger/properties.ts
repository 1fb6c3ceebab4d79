import type { INodeProperties } from 'n8n-workflow';

export type EventName = 'balanceBelowThreshold' | 'exportFinished' | 'revealJobFinished';

export const properties: INodeProperties[] = [
	{
		displayName: 'Event',
		name: 'event',
		type: 'options',
		noDataExpression: true,
		required: true,
		default: 'balanceBelowThreshold',
		options: [
			{
				name: 'Balance Below Threshold',
				value: 'balanceBelowThreshold',
				description:
					'Credits fall below the threshold; starts again only after they were at or above it',
			},
			{
				name: 'Export Finished',
				value: 'exportFinished',
				description: 'An export of leads has completed or failed; starts once per export',
			},
			{
				name: 'Reveal Job Finished',
				value: 'revealJobFinished',
				description:
					'A job that reveals emails or phone numbers of leads has completed or failed; starts once per job',
			},
		],
	},
	{
		displayName: 'Threshold',
		name: 'threshold',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1 },
		default: 1000,
		description: 'Credits below which the workflow starts',
		displayOptions: { show: { event: ['balanceBelowThreshold'] } },
	},
];
