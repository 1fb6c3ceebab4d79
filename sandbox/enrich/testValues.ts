import { BlockList, isIP } from 'node:net';
import { beginsWith, type TestValue } from '../testValues';

/** What somebody can type to get a certain outcome on purpose; the command line prints it. */
export const TEST_VALUES: readonly TestValue[] = [
	['the example of each operation (Emily Zhang, figma.com, 8.8.8.8)', 'always found'],
	['last name "Nobody", or an address that begins with "nobody"', 'not found'],
	[
		'a domain that begins with "unknown.", such as unknown.example',
		'not found; its addresses are invalid',
	],
	[
		'a domain that begins with "catchall.", such as catchall.example',
		'found; its addresses are risky (catch-all)',
	],
	['an address that begins with "valid", "invalid" or "risky"', 'that validation result'],
	['a free-mail domain, such as gmail.com', 'no work email; its addresses are valid'],
	['a profile URL that ends with "nobody"', 'no phone number'],
	['any lead filter with the value "Nobody"', 'no lead'],
	[
		'a domain that begins with "elsewhere.", such as elsewhere.example',
		'no person, no email, no phone number; CUFinder knows them',
	],
	['a private IP address, such as 192.168.0.1', 'no company'],
	['anything else', 'the same answer every time; about 70 % are found'],
];

export const isValid = beginsWith('valid');
export const isInvalid = beginsWith('invalid');
export const isRisky = beginsWith('risky');

export const isCatchAllDomain = (domain: string): boolean => domain.startsWith('catchall.');

const notPublic = new BlockList();
for (const [network, bits] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.168.0.0', 16],
	['224.0.0.0', 3],
] as const) {
	notPublic.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of [
	['::', 127],
	['fc00::', 7],
	['fe80::', 10],
	['ff00::', 8],
] as const) {
	notPublic.addSubnet(network, bits, 'ipv6');
}

export function isPublicIp(ip: string): boolean {
	const version = isIP(ip);
	return version !== 0 && !notPublic.check(ip, version === 4 ? 'ipv4' : 'ipv6');
}
