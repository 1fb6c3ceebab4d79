import type * as operations from '../../../shared/providers/enrich/operations/phone';
import { addressOf } from '../../identity';
import { isElsewhere, isNobody, isUnknownDomain } from '../../testValues';
import { type AnswerRule, asDocumented, isHit } from './rule';

const AREAS = ['212', '303', '415', '512', '617', '773'] as const;

export const phoneLookup: AnswerRule<typeof operations.phoneLookup> = {
	label: 'Phone finder',
	answer(call) {
		const { email, linkedin } = call.input;
		const subject = (email ?? linkedin ?? '').toLowerCase();
		const { local, domain } = addressOf(subject);
		const isRuledOut = email
			? isNobody(local) || isUnknownDomain(domain) || isElsewhere(domain)
			: isNobody(subject.split('/').filter(Boolean).at(-1) ?? '');
		if (!isHit(call, isRuledOut, 'phones', subject)) return { data: { phones: [] } };
		const count = 1 + Math.floor(call.random.roll('phone count', subject) * 3);
		// 555-01xx is reserved for fiction: nobody's phone rings.
		const phones = Array.from({ length: count }, (_, i) => {
			const line = Math.floor(call.random.roll('line', subject, i) * 100);
			return `+1${call.random.pick(AREAS, 'area', subject, i)}55501${String(line).padStart(2, '0')}`;
		});
		return { data: asDocumented(call, { phones }), subject };
	},
};
