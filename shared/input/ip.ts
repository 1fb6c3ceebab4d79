import { IPv4, parse } from 'ipaddr.js';
import { InvalidValue, normalizeText, QUOTES, quote, trimmed } from './text';

type Address = ReturnType<typeof parse>;

/**
 * "8.8.8.8:443", "[2001:4860:4860::8888]", "8.8.8.8, 10.0.0.1" → the address in its one spelling
 * (RFC 5952), of several the first public one, as proxies list them.
 * @throws InvalidValue
 */
export function normalizeIp(value: unknown): string {
	const text = normalizeText(value);
	const entries = trimmed(text, `${QUOTES}<> ,;`)
		.split(',')
		.map((entry) => entry.trim())
		.filter((entry) => entry && !/^unknown$/i.test(entry));
	const addresses = entries.map(parsed);
	if (!addresses.length || !addresses.every((address) => address !== undefined)) {
		throw new InvalidValue(
			/^0\d|\.0\d/.test(text)
				? `${quote(text)} is not an IP address that means the same everywhere, because of its leading zeros`
				: `${quote(text)} is not an IP address`,
		);
	}
	const found = addresses.find(isPublic);
	if (!found) {
		throw new InvalidValue(
			`${quote(text)} is a private or reserved address that belongs to no company`,
		);
	}
	return found.toString();
}

/** Without port, brackets, zone and the prefix of a single address. */
function parsed(entry: string): Address | undefined {
	const host = entry
		.toLowerCase()
		.replace(/^https?:\/\/([^/?#]*).*$/, '$1')
		.replace(/^\[([^[\]]*)\](?::\d{1,5})?$/, '$1')
		.replace(/^([\d.]+)(?::\d{1,5}|\/32)$/, '$1');
	return toAddress(host.replace(/^([0-9a-f:.]+)(?:%[\w.-]+|\/128)$/, '$1'));
}

/** The URL parser reads IPv6 strictly; the library would take "::8.8.8.8" for a mapped address. */
function toAddress(host: string): Address | undefined {
	if (/^[\d.]{7,15}$/.test(host)) {
		return IPv4.isValidFourPartDecimal(host) ? parse(host) : undefined;
	}
	if (!/^[0-9a-f:.]{2,45}$/i.test(host) || !host.includes(':')) return undefined;
	try {
		const address = parse(new URL(`http://[${host}]`).hostname.slice(1, -1));
		return isIpv6(address) && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
	} catch {
		return undefined;
	}
}

/**
 * The one list of what is public: not private, loopback, link-local, carrier-grade NAT,
 * documentation, benchmark, multicast or reserved; of IPv6 only what is given out (2000::/3).
 */
const isPublic = (address: Address): boolean =>
	address.range() === 'unicast' &&
	(!isIpv6(address) || ((address.parts[0] ?? 0) & 0xe000) === 0x2000);

const isIpv6 = (address: Address) => 'parts' in address;

const LOCAL_NAME = /^(?:[^.]+|.*\.(?:localhost|local|internal|intranet|lan|home|home\.arpa))$/;

/**
 * Whether a web address's host is only known inside one's own network: a private or reserved
 * address, a name without a dot, or one such as "printer.local". A domain such as "10.example.com" is not.
 * @param host as `URL` gives it: with brackets around IPv6, without port
 */
export function isPrivateHost(host: string): boolean {
	const name = hostnameOf(host).replace(/\.$/, '');
	const address = toAddress(trimmed(name, '[]'));
	return address ? !isPublic(address) : LOCAL_NAME.test(name);
}

/** "127.1" and "0x7f.0.0.1" are 127.0.0.1. */
function hostnameOf(host: string): string {
	try {
		return new URL(`http://${host}`).hostname;
	} catch {
		return host.toLowerCase();
	}
}
