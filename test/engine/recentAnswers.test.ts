import type { Success } from '../../shared/contract/provider';
import { RecentAnswers } from '../../nodes/shared/recentAnswers';

const answer = (text: string): Success => ({
	data: { text },
	receipt: { creditsUsed: 0, creditsRemaining: null },
});
const KEY = 'validateEmail {"email":"emily@figma.com"}';

test('an answer holds as long as it is asked for, and no longer', () => {
	let now = 0;
	const answers = new RecentAnswers(() => now);
	answers.set(KEY, answer('x'));
	now = 3_600_000;
	expect(answers.get(KEY, 3_600_000)).toEqual(answer('x'));
	now += 1;
	expect(answers.get(KEY, 3_600_000)).toBeUndefined();
});

test('keys say nothing of whom was looked up', () => {
	const answers = new RecentAnswers();
	answers.set(KEY, answer('x'));
	const { answers: kept } = answers as unknown as { answers: Map<string, unknown> };
	expect([...kept.keys()].join()).not.toContain('emily');
});

test('100,000 answers take no more room than 20,000, and a giant one takes none', () => {
	const answers = new RecentAnswers();
	for (let i = 0; i < 100_000; i++) answers.set(String(i), answer('x'));
	const { answers: kept } = answers as unknown as { answers: Map<string, unknown> };
	expect(kept.size).toBeLessThanOrEqual(20_000);
	answers.set(KEY, answer('x'.repeat(100_000)));
	expect(answers.get(KEY, Infinity)).toBeUndefined();
});
