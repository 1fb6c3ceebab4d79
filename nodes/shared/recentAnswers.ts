import { createHash } from 'node:crypto';
import QuickLRU from 'quick-lru';
import type { Success } from '../../shared/contract/provider';

const MAX_ANSWERS = 10_000;
/** Longer ones are not kept: memory stays below 100 MB per account, and is mostly far less. */
const MAX_CHARACTERS = 8_000;

interface KeptAnswer {
	at: number;
	json: string;
}

/** What an account has paid for lately, in this process; keys are hashes. */
export class RecentAnswers {
	private readonly answers = new QuickLRU<string, KeptAnswer>({ maxSize: MAX_ANSWERS });

	constructor(private readonly now: () => number = Date.now) {}

	get(key: string, maxAgeMs: number): Success | undefined {
		const kept = this.answers.get(hashOf(key));
		if (!kept || this.now() - kept.at > maxAgeMs) return undefined;
		return JSON.parse(kept.json) as Success;
	}

	set(key: string, answer: Success): void {
		const json = JSON.stringify(answer);
		if (json.length > MAX_CHARACTERS) return;
		this.answers.set(hashOf(key), { at: this.now(), json });
	}
}

const hashOf = (key: string) => createHash('sha256').update(key).digest('base64url');
