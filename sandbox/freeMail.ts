const FREE_MAIL: Record<string, 'GOOGLE' | 'MICROSOFT' | 'SMTP'> = {
	'gmail.com': 'GOOGLE',
	'googlemail.com': 'GOOGLE',
	'outlook.com': 'MICROSOFT',
	'hotmail.com': 'MICROSOFT',
	'live.com': 'MICROSOFT',
	'yahoo.com': 'SMTP',
	'icloud.com': 'SMTP',
	'aol.com': 'SMTP',
	'gmx.de': 'SMTP',
	'gmx.net': 'SMTP',
	'web.de': 'SMTP',
	'proton.me': 'SMTP',
	'protonmail.com': 'SMTP',
};

/** The provider of a free-mail domain; undefined for any other domain. */
export const freeMailProvider = (domain: string) =>
	Object.hasOwn(FREE_MAIL, domain) ? FREE_MAIL[domain] : undefined;
