/** What an account keeps at Enrich: saved searches, and the invitations of its team. */
import type { Data } from '../../shared/contract/data';
import type { Operation } from '../../shared/contract/operation';
import * as searches from '../../shared/providers/enrich/operations/savedSearch';
import * as team from '../../shared/providers/enrich/operations/team';
import { hexId } from '../ledger';
import type { ProcessingResult, Processor } from '../routes';
import { success } from './processing';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What the documentation shows is there from the start. */
const documented = () => ({
	searches: [searches.listSavedSearches.example.data.savedSearches?.[0] as Data],
	invitations: [team.listTeamInvitations.example.data.invitations?.[0] as Data],
});

export class Account {
	private kept = documented();
	private made = 0;

	/** Undefined: the operation is about something else. */
	processorOf(operation: Operation): Processor | undefined {
		const answer = this.answers.get(operation);
		return answer && ((input, requestId) => answer(input, requestId));
	}

	/** IDs go on, so that none is ever given twice. */
	reset(): void {
		this.kept = documented();
	}

	private readonly answers = new Map<
		Operation,
		(input: Data, requestId: string) => ProcessingResult
	>([
		[searches.listSavedSearches, (_, requestId) => success(this.kept.searches, { requestId })],
		[
			searches.createSavedSearch,
			({ name, filters }, requestId) => {
				const createdAt = new Date().toISOString();
				const search = { id: this.newId(), name, filters, createdAt, updatedAt: createdAt };
				this.kept.searches.push(search);
				return success(search, { requestId });
			},
		],
		[
			searches.deleteSavedSearch,
			({ id }, requestId) =>
				this.remove('searches', id, () => success({ deleted: true }, { requestId })),
		],
		[
			team.listTeamMembers as Operation,
			() => success(team.listTeamMembers.example.data.members, undefined),
		],
		[team.listTeamInvitations, () => success(this.kept.invitations, undefined)],
		[
			team.inviteTeamMember,
			({ email, role }) => {
				const now = Date.now();
				const [createdAt, expiresAt] = [now, now + 7 * DAY_MS].map((at) =>
					new Date(at).toISOString(),
				);
				const id = this.newId();
				const invitation = { id, email, role, status: 'pending', expiresAt, createdAt };
				this.kept.invitations.push(invitation);
				return success(invitation, undefined);
			},
		],
		[
			team.cancelInvitation,
			({ invitationId }) =>
				this.remove('invitations', invitationId, () => success({ success: true }, undefined)),
		],
	] as [Operation, (input: Data, requestId: string) => ProcessingResult][]);

	private newId(): string {
		return hexId('665e2e7f', ++this.made);
	}

	private remove(
		kind: keyof ReturnType<typeof documented>,
		id: unknown,
		done: () => ProcessingResult,
	): ProcessingResult {
		const at = this.kept[kind].findIndex((one) => one.id === id);
		// The documentation has no 404 for saved searches.
		const status = kind === 'searches' ? 400 : 404;
		if (at < 0) return { problem: { status, detail: 'There is nothing with this ID' } };
		this.kept[kind].splice(at, 1);
		return done();
	}
}
