/** What reveal jobs and exports have in common. */
import * as z from 'zod';
import { output } from '../../../contract/fields';
import type { PageRead } from '../../../contract/operation';

const STATUSES = ['pending', 'processing', 'completed', 'failed'] as const;

export const jobStatus = output.oneOf('Status', STATUSES);
export const statusFilter = z
	.enum(STATUSES)
	.meta({ title: 'Status', description: 'Only jobs with this status' })
	.optional();

interface JobList {
	total?: number;
	limit?: number;
}

/** Both lists report how many jobs there are in all; a total that is never reached ends all the same. */
export const hasMoreJobs = ({ data, page, pageSize, count }: PageRead<JobList>): boolean =>
	count > 0 && (data.total === undefined || page * (data.limit || pageSize) < data.total);

export const outcomeOfJobs = ({ jobs = [] }: { jobs?: unknown[] }) => ({
	found: jobs.length > 0,
	reason: 'Jobs of the last 30 days',
});
