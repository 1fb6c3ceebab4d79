import * as z from 'zod';
import { fields, input, output } from '../../../contract/fields';
import { defineOperation, freeDelete, freeGet, freePost } from '../../../contract/operation';

const ROLES = ['admin', 'member'] as const;
const exampleId = '665e0b2f4a6d8c001abc1234';
const team = { teamId: input.id('Team ID', { examples: [exampleId] }) };

const member = z.object({
	...fields(output.text, 'id userId email'),
	name: output.text('Name').nullable(),
	role: output.oneOf('Role', ['owner', ...ROLES]),
	...fields(output.dateTime, 'createdAt'),
});

export const listTeamMembers = defineOperation({
	operationId: 'listTeamMembers',
	...freeGet('/teams/{teamId}/members'),
	title: 'List Team Members',
	description: 'List the members of a team and their roles',
	input: z.object(team),
	output: z.object({ members: output.list('Members', member) }),
	entry: member,
	answers: 'list',
	paging: { entries: 'members' },
	outcome: ({ members = [] }) => ({ found: members.length > 0, reason: 'Members of the team' }),
	example: {
		input: { teamId: exampleId },
		data: {
			members: [
				{
					id: '665e2a104a6d8c001abc4001',
					userId: '665e2a104a6d8c001abc4101',
					email: 'sarah.chen@yourcompany.com',
					name: 'Sarah Chen',
					role: 'owner',
					createdAt: '2025-01-15T09:00:00.000Z',
				},
			],
		},
	},
});

const invitation = z.object({
	...fields(output.text, 'id email'),
	role: output.oneOf('Role', ROLES),
	status: z.literal('pending').meta({ title: 'Status' }),
	...fields(output.dateTime, 'expiresAt createdAt'),
});
const exampleInvitation = {
	id: '665e2e7f4a6d8c001abc5001',
	email: 'marco.silva@yourcompany.com',
	role: 'member',
	status: 'pending',
	expiresAt: '2025-06-10T14:30:00.000Z',
	createdAt: '2025-06-03T14:30:00.000Z',
} as const;

export const inviteTeamMember = defineOperation({
	operationId: 'inviteTeamMember',
	...freePost('/teams/{teamId}/invitations'),
	title: 'Invite Team Member',
	description: 'Invite somebody to a team by email; only keys of admins and owners may',
	input: z.object({
		...team,
		email: z.email().meta({ title: 'Email', normalize: 'email' }),
		role: z.enum(ROLES).meta({ title: 'Role', initial: 'member' }),
	}),
	output: invitation,
	outcome: () => ({ found: true, reason: 'Invitation sent' }),
	example: {
		input: { teamId: exampleId, email: exampleInvitation.email, role: 'member' },
		data: exampleInvitation,
	},
});

export const listTeamInvitations = defineOperation({
	operationId: 'listTeamInvitations',
	...freeGet('/teams/{teamId}/invitations'),
	title: 'List Team Invitations',
	description: 'List the open invitations of a team; only keys of admins and owners may',
	input: z.object(team),
	output: z.object({ invitations: output.list('Invitations', invitation) }),
	entry: invitation,
	answers: 'list',
	paging: { entries: 'invitations' },
	outcome: ({ invitations = [] }) => ({
		found: invitations.length > 0,
		reason: 'Open invitations',
	}),
	example: { input: { teamId: exampleId }, data: { invitations: [exampleInvitation] } },
});

export const cancelInvitation = defineOperation({
	operationId: 'cancelInvitation',
	...freeDelete('/teams/{teamId}/invitations/{invitationId}'),
	title: 'Cancel Team Invitation',
	description: 'Take back an invitation that is still open; only keys of admins and owners may',
	input: z.object({
		...team,
		invitationId: input.id('Invitation ID', { examples: [exampleInvitation.id] }),
	}),
	output: z.object({ success: output.yesNo('Cancelled') }),
	outcome: () => ({ found: true, reason: 'Invitation cancelled' }),
	example: {
		input: { teamId: exampleId, invitationId: exampleInvitation.id },
		data: { success: true },
	},
});
