import type * as operations from '../../../shared/providers/enrich/operations/email';
import { freeMailProvider } from '../../freeMail';
import { addressOf, asciiOf } from '../../identity';
import type { SeededRandom } from '../../seededRandom';
import { isElsewhere, isNobody, isUnknownDomain } from '../../testValues';
import { isCatchAllDomain, isInvalid, isRisky, isValid } from '../testValues';
import { type AnswerData, type AnswerRule, asDocumented, type Call, isHit } from './rule';

type FindEmail = typeof operations.findEmail;
type ValidateEmail = typeof operations.validateEmail;

const providerFor = (share: number): 'GOOGLE' | 'MICROSOFT' | 'ZOHO' =>
	share < 0.55 ? 'GOOGLE' : share < 0.9 ? 'MICROSOFT' : 'ZOHO';

/** Traits of a mail domain; both finding and validating read them, so that they agree. */
function mailTraits(domain: string, random: SeededRandom) {
	const [provider, format, gateway] = [
		random.roll('provider', domain),
		random.roll('format', domain),
		random.roll('gateway', domain),
	];
	return {
		isCatchAll:
			isCatchAllDomain(domain) ||
			(domain !== 'figma.com' && random.roll('catch-all', domain) < 0.05),
		provider: providerFor(provider),
		format: format < 0.6 ? 'first.last' : format < 0.8 ? 'firstlast' : 'flast',
		gateway: gateway < 0.1 ? 'Proofpoint' : gateway < 0.2 ? 'Mimecast' : undefined,
		isFederated: random.roll('federated', domain) < 0.3,
	};
}

function workAddress(firstName: string, lastName: string, domain: string, format: string): string {
	const [first, last] = [asciiOf(firstName), asciiOf(lastName)];
	if (format === 'flast') return `${first.charAt(0)}${last}@${domain}`;
	return `${first}${format === 'first.last' ? '.' : ''}${last}@${domain}`;
}

/** Whether a mailbox exists: found addresses validate, and the others do not. */
const exists = (call: Pick<Call, 'isExample' | 'random'>, email: string, isRuledOut: boolean) =>
	isHit(call, isRuledOut, 'mailbox', email);

export const findEmail: AnswerRule<FindEmail> = {
	label: 'Email finder',
	answer(call) {
		const { firstName, lastName, domain: asked } = call.input;
		const asAsked = { firstName, lastName, domain: asked };
		const domain = asked.trim().toLowerCase();
		const traits = mailTraits(domain, call.random);
		const email = workAddress(firstName, lastName, domain, traits.format);
		const isRuledOut =
			isNobody(lastName) ||
			isUnknownDomain(domain) ||
			isElsewhere(domain) ||
			freeMailProvider(domain) !== undefined ||
			!/[a-z]@/.test(email);
		// A catch-all domain takes mail for anybody.
		const isFound = (traits.isCatchAll && !isRuledOut) || exists(call, email, isRuledOut);
		if (!isFound) {
			return { data: { ...asAsked, found: false, message: 'No email found for this person' } };
		}
		const confidence = traits.isCatchAll
			? 'low'
			: call.random.pick(['high', 'high', 'medium'], 'sure', email);
		const data: AnswerData<FindEmail> = {
			...asAsked,
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

const CONFIDENCE = { valid: 'high', invalid: 'definitive', risky: 'low' } as const;

function verdictOn(
	call: Call<ValidateEmail>,
	email: string,
	isCatchAll: boolean,
): keyof typeof VERDICTS {
	const { local, domain, isComplete } = addressOf(email);
	if (!isComplete || isInvalid(local) || isUnknownDomain(domain)) return 'invalid';
	if (isValid(local)) return 'valid';
	if (isRisky(local) || isCatchAll) return 'risky';
	if (isNobody(local)) return 'invalid';
	if (freeMailProvider(domain) || exists(call, email, false)) return 'valid';
	return call.random.pick(['invalid', 'risky'], 'verdict', email);
}

export const validateEmail: AnswerRule<ValidateEmail> = {
	label: 'Email validation',
	answer(call) {
		const asked = call.input.email;
		const email = asked.trim().toLowerCase();
		const { domain, isComplete } = addressOf(email);
		const free = freeMailProvider(domain);
		const traits = mailTraits(domain, call.random);
		const isCatchAll = !free && !isUnknownDomain(domain) && traits.isCatchAll;
		const result = verdictOn(call, email, isCatchAll);
		const data: AnswerData<ValidateEmail> = {
			email: asked,
			result,
			message:
				isCatchAll && result === 'risky'
					? 'The domain accepts mail to any address'
					: VERDICTS[result],
			isCatchAll,
			confidence: CONFIDENCE[result],
		};
		if (isComplete && !isUnknownDomain(domain)) {
			Object.assign(data, {
				isFederated: !free && traits.isFederated,
				hasSEG: !free && traits.gateway !== undefined,
				...(free || !traits.gateway ? {} : { segProvider: traits.gateway }),
				provider: free ?? (traits.provider === 'ZOHO' ? 'SMTP' : traits.provider),
			} satisfies Partial<typeof data>);
		}
		// An invalid address is no hit, and is charged all the same.
		const credits = result === 'risky' ? 0 : (call.operation.price?.credits ?? undefined);
		return { data: { ...asDocumented(call, data), email: asked }, credits, subject: email };
	},
};
