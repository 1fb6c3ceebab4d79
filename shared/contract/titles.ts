/** Words that are not spelled with one capital. */
const SPELLINGS: Partial<Record<string, string>> = {
	...{ by: 'by', of: 'of', for: 'for', with: 'with', id: 'ID', ids: 'IDs', ip: 'IP', url: 'URL' },
	...{
		csv: 'CSV',
		icp: 'ICP',
		linkedin: 'LinkedIn',
		crm: 'CRM',
		abm: 'ABM',
		cms: 'CMS',
		erp: 'ERP',
	},
	...{ sic: 'SIC', naics: 'NAICS', ciso: 'CISO', cio: 'CIO', it: 'IT', grc: 'GRC', qa: 'QA' },
	...{ ios: 'iOS', devops: 'DevOps', dev: 'Development', adspend: 'Ad Spend' },
	...{ appstore: 'App Store', playstore: 'Play Store' },
};

/** A key in words: `findByIp` → "Find by IP", `job_level` → "Job Level". */
export const titleOfKey = (key: string): string =>
	key
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.split(/[ _]/)
		.map((word) => SPELLINGS[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
		.join(' ');
