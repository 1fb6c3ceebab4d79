import { defineApp, version as platformVersion } from 'zapier-platform-core';
import { version } from '../package.json';
import { addKey, authentication } from './authentication';
import { searches } from './searches';

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
});
