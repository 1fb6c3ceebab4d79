import { isNobody, isUnknownDomain } from '../testValues';
import { addressOf } from './identity';
import { type AnswerRule, asDocumented, isHit } from './rule';

const AREAS = ['212', '303', '415', '512', '617', '773'] as const;

export const phoneLookup: AnswerRule = {
	label: 'Phone finder',
	answer(call) {
		const { email, linkedin } = call.input as Partial<Record<string, string>>;
		const subject = (email ?? linkedin ?? '').toLowerCase();
		const { local, domain } = addressOf(subject);
		const isRuledOut = email
			? isNobody(local) || isUnknownDomain(domain)
			: isNobody(subject.split('/').filter(Boolean).at(-1) ?? '');
		if (!isHit(call, isRuledOut, 'phones', subject)) return { data: { phones: [] } };
		const count = 1 + Math.floor(call.chance.roll('phone count', subject) * 3);
		// 555-01xx is reserved for fiction: nobody's phone rings.
		const phones = Array.from({ length: count }, (_, i) => {
			const line = Math.floor(call.chance.roll('line', subject, i) * 100);
			return `+1${call.chance.pick(AREAS, 'area', subject, i)}55501${String(line).padStart(2, '0')}`;
		});
		return { data: asDocumented(call, { phones }), subject };
	},
};
