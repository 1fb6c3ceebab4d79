import type { Data } from '../../shared/contract/operation';
import type { SeededRandom } from '../seededRandom';
import {
	freeMailProvider,
	isCatchAllDomain,
	isInvalid,
	isNobody,
	isRisky,
	isUnknownDomain,
} from '../testValues';
import { addressOf, asciiOf } from './identity';
import { type AnswerRule, asDocumented, type Call, isHit } from './rule';

/** Traits of a mail domain; both finding and validating read them, so that they agree. */
function mailTraits(domain: string, chance: SeededRandom) {
	const [provider, format, gateway] = [
		chance.roll('provider', domain),
		chance.roll('format', domain),
		chance.roll('gateway', domain),
	];
	return {
		isCatchAll:
			isCatchAllDomain(domain) ||
			(domain !== 'figma.com' && chance.roll('catch-all', domain) < 0.05),
		provider: provider < 0.55 ? 'GOOGLE' : provider < 0.9 ? 'MICROSOFT' : 'ZOHO',
		format: format < 0.6 ? 'first.last' : format < 0.8 ? 'firstlast' : 'flast',
		gateway: gateway < 0.1 ? 'Proofpoint' : gateway < 0.2 ? 'Mimecast' : undefined,
		isFederated: chance.roll('federated', domain) < 0.3,
	};
}

function workAddress(firstName: string, lastName: string, domain: string, format: string): string {
	const [first, last] = [asciiOf(firstName), asciiOf(lastName)];
	if (format === 'flast') return `${first.charAt(0)}${last}@${domain}`;
	return `${first}${format === 'first.last' ? '.' : ''}${last}@${domain}`;
}

/** Whether a mailbox exists: found addresses validate, and the others do not. */
const exists = (call: Call, email: string, isRuledOut: boolean) =>
	isHit(call, isRuledOut, 'mailbox', email);

export const findEmail: AnswerRule = {
	label: 'Email finder',
	answer(call) {
		const { firstName, lastName, domain: asked } = call.input as Record<string, string>;
		const asAsked = { firstName, lastName, domain: asked };
		const domain = String(asked).trim().toLowerCase();
		const traits = mailTraits(domain, call.chance);
		const email = workAddress(String(firstName), String(lastName), domain, traits.format);
		const isRuledOut =
			isNobody(String(lastName)) ||
			isUnknownDomain(domain) ||
			freeMailProvider(domain) !== undefined ||
			!/[a-z]@/.test(email);
		// A catch-all domain takes mail for anybody.
		const isFound = (traits.isCatchAll && !isRuledOut) || exists(call, email, isRuledOut);
		if (!isFound) {
			return { data: { ...asAsked, found: false, message: 'No email found for this person' } };
		}
		const confidence = traits.isCatchAll
			? 'low'
			: call.chance.pick(['high', 'high', 'medium'], 'sure', email);
		const data: Data = {
			email,
			found: true,
			confidence,
			isCatchAll: traits.isCatchAll,
			provider: traits.provider,
			message: `Email found with ${confidence} confidence`,
		};
		return { data: { ...asDocumented(call, data), ...asAsked }, subject: email };
	},
};

const VERDICTS = {
	valid: 'The mailbox exists and accepts mail',
	invalid: 'The mailbox does not exist',
	risky: 'Delivery cannot be confirmed',
} as const;

function verdictOn(call: Call, email: string, isCatchAll: boolean): keyof typeof VERDICTS {
	const { local, domain, isComplete } = addressOf(email);
	if (!isComplete || isInvalid(local) || isUnknownDomain(domain)) return 'invalid';
	if (isRisky(local) || isCatchAll) return 'risky';
	if (isNobody(local)) return 'invalid';
	if (freeMailProvider(domain) || exists(call, email, false)) return 'valid';
	return call.chance.pick(['invalid', 'risky'], 'verdict', email);
}

export const validateEmail: AnswerRule = {
	label: 'Email validation',
	answer(call) {
		const asked = String(call.input.email);
		const email = asked.trim().toLowerCase();
		const { domain, isComplete } = addressOf(email);
		const free = freeMailProvider(domain);
		const traits = mailTraits(domain, call.chance);
		const isCatchAll = !free && !isUnknownDomain(domain) && traits.isCatchAll;
		const result = verdictOn(call, email, isCatchAll);
		const data: Data = {
			result,
			message:
				isCatchAll && result === 'risky'
					? 'The domain accepts mail to any address'
					: VERDICTS[result],
			isCatchAll,
			confidence: { valid: 'high', invalid: 'definitive', risky: 'low' }[result],
		};
		if (isComplete && !isUnknownDomain(domain)) {
			Object.assign(data, {
				isFederated: !free && traits.isFederated,
				hasSEG: !free && traits.gateway !== undefined,
				...(free || !traits.gateway ? {} : { segProvider: traits.gateway }),
				provider: free ?? (traits.provider === 'ZOHO' ? 'SMTP' : traits.provider),
			});
		}
		const credits = result === 'risky' ? 0 : undefined;
		return { data: { ...asDocumented(call, data), email: asked }, credits, subject: email };
	},
};
