import { defineApp, version as platformVersion } from 'zapier-platform-core';
import { version } from '../package.json';
import { addKey, authentication } from './authentication';
import { lowCreditBalance } from './balance';
import { hydrators } from './batchFiles';
import { isPrivate } from './build';
import { getBatchResults } from './batchResults';
import { batchCompleted, batchList } from './batchTriggers';
import { dropdowns } from './dropdowns';
import { instantTriggers } from './instantTriggers';
import { leadActions, leadList } from './leadActions';
import { listTriggers } from './listTriggers';
import { searches } from './searches';
import { startBatchActions } from './startBatch';

const byKey = <T extends { key: string }>(items: readonly T[]): Record<string, T> =>
	Object.fromEntries(items.map((item) => [item.key, item]));

export default defineApp({
	version,
	platformVersion,
	authentication,
	beforeRequest: [addKey],
	flags: {
		// Errors are read by the core. Despite its description, `false` is what lets a 429 through.
		skipThrowForStatus: true,
		throwForThrottlingEarly: false,
	},
	searches,
	creates: { ...startBatchActions, ...byKey([getBatchResults]), ...leadActions },
	triggers: {
		...byKey([batchCompleted, lowCreditBalance, batchList, leadList]),
		...listTriggers,
		...dropdowns,
		...(isPrivate && instantTriggers),
	},
	hydrators,
});
