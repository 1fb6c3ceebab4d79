import { isPrivateHost, normalizeIp } from '../../shared/input/ip';
import { refusalOf, values } from './support';

/** Every spelling of one address. */
const SPELLINGS: Record<string, string> = {
	'8.8.8.8': `
		8.8.8.8
		\u00a08.8.8.8\u200b
		"8.8.8.8"
		'8.8.8.8'
		“8.8.8.8”
		<8.8.8.8>
		[8.8.8.8]
		8.8.8.8,
		8.8.8.8;
		8.8.8.8:443
		8.8.8.8:1
		8.8.8.8:65535
		[8.8.8.8]:443
		8.8.8.8/32
		http://8.8.8.8
		https://8.8.8.8:8443/path?x
		::ffff:8.8.8.8
		::FFFF:8.8.8.8
		::ffff:808:808
		::ffff:0808:0808
		0:0:0:0:0:ffff:8.8.8.8
		0000:0000:0000:0000:0000:ffff:0808:0808
		[::ffff:8.8.8.8]
		[::ffff:8.8.8.8]:443
		8.8.8.8, 10.0.0.1
		8.8.8.8,10.0.0.1
		10.0.0.1, 8.8.8.8
		10.0.0.1, 192.168.1.1, 8.8.8.8
		8.8.8.8, 1.1.1.1
		unknown, 8.8.8.8
		8.8.8.8:1234, 10.0.0.1:80
		::1, 8.8.8.8
		, 8.8.8.8,
	`,
	'2001:4860:4860::8888': `
		2001:4860:4860::8888
		2001:4860:4860:0:0:0:0:8888
		2001:4860:4860:0000:0000:0000:0000:8888
		2001:4860:4860::0:8888
		2001:4860:4860:0::8888
		2001:4860:4860::0.0.136.136
		[2001:4860:4860::8888]
		[2001:4860:4860::8888]:443
		[2001:4860:4860::8888%eth0]:443
		2001:4860:4860::8888%eth0
		2001:4860:4860::8888%25en0
		2001:4860:4860::8888%3
		2001:4860:4860::8888/128
		http://[2001:4860:4860::8888]/
		fe80::1, 2001:4860:4860::8888
		"2001:4860:4860::8888"
	`,
	'2a00:1450:4001:80b::200e': '2A00:1450:4001:080B:0000:0000:0000:200E\n2a00:1450:4001:80b::200e',
	// RFC 5952: the longest run of zeros is shortened, of two the first, and never a single zero.
	'2001:4860:0:1:1:1:1:1': '2001:4860::1:1:1:1:1\n2001:4860:0:1:1:1:1:1',
	'2001:4860::1:0:0:1': '2001:4860:0:0:1:0:0:1\n2001:4860::1:0:0:1\n2001:4860:0:0:1::1',
	'2600:0:0:1::1': '2600:0:0:1:0:0:0:1\n2600::1:0:0:0:1',
	'2600::': '2600::\n2600:0:0:0:0:0:0:0',
	'1.1.1.1': '1.1.1.1',
	'99.255.255.255': '99.255.255.255',
	'100.63.255.255': '100.63.255.255',
	'100.128.0.0': '100.128.0.0',
	'172.15.255.255': '172.15.255.255',
	'172.32.0.0': '172.32.0.0',
	'192.167.255.255': '192.167.255.255',
	'198.17.255.255': '198.17.255.255',
	'198.20.0.0': '198.20.0.0',
	'223.255.255.255': '223.255.255.255',
	'2001:200::1': '2001:200::1',
	'2001:db7::1': '2001:db7::1',
	'2001:db9::1': '2001:db9::1',
};

describe.each(Object.entries(SPELLINGS))('every spelling of %s is one', (ip, spellings) => {
	test.each(values(spellings))('%j', (given) => {
		expect(normalizeIp(given)).toBe(ip);
	});
});

/** What belongs to nobody on the internet, by the reason for it. */
const NOT_PUBLIC: Record<string, string> = {
	private: '10.0.0.1\n10.255.255.255\n172.16.0.1\n172.31.255.255\n192.168.1.1\nfc00::1\nfd00::1',
	loopback: '127.0.0.1\n127.1.2.3\n::1\n0:0:0:0:0:0:0:1',
	unspecified: '0.0.0.0\n0.1.2.3\n::',
	'link-local': '169.254.1.1\n169.254.169.254\nfe80::1\nfebf::1\nfe80::1%eth0\nfec0::1',
	'carrier-grade NAT': '100.64.0.1\n100.127.255.255',
	documentation: '192.0.2.1\n198.51.100.1\n203.0.113.255\n2001:db8::1\n2001:DB8::1\n3fff::1',
	benchmarks: '198.18.0.1\n198.19.255.255\n2001:2::1',
	multicast: '224.0.0.1\n239.255.255.255\nff02::1',
	reserved: '192.0.0.1\n240.0.0.1\n255.255.255.255\n2001::1\n64:ff9b::1\n2002:808:808::1\n100::1',
	'not given out': '4000::1\n1234::1\n::8.8.8.8\n::808:808',
	mapped: '::ffff:10.0.0.1\n::ffff:7f00:1\n::ffff:192.0.2.1',
	'several of them': '10.0.0.1, 192.168.1.1\n::1,127.0.0.1',
	'with a port': '10.0.0.1:443\n[::1]:443',
};

describe.each(Object.entries(NOT_PUBLIC))('%s addresses belong to no company', (_, given) => {
	test.each(values(given))('%s', (ip) => {
		expect(refusalOf(normalizeIp, ip)).toContain('private or reserved');
	});
});

test.each(
	values(`
		256.1.1.1
		8.8.8
		8.8
		8.8.8.8.
		8.8.8.8.8
		8.8.8.-8
		8.8.8.8/24
		8.8.8.8/
		8.8.8.8-8.8.8.10
		8.8.8.8 8.8.4.4
		8.8.8.8:
		8.8.8.8:123456
		8,8,8,8
		0x8.8.8.8
		0x08080808
		134744072
		8.8.8.8, figma.com
		8.8.8.8, 300.1.1.1
		figma.com
		localhost
		unknown
		:
		:::
		::g
		1:2
		1:2:3:4:5:6:7
		1:2:3:4:5:6:7:8:9
		1::2::3
		2001:4860:4860::8888::
		2001:4860:48600::8888
		2001:4860:4860::8888/64
		2001:4860:4860::256.1.1.1
		[2001:4860:4860::8888
		2001:4860:4860::8888]:443
		%eth0
		::ffff:8.8.8
		=A1
		n/a
	`),
)('%j is no IP address', (ip) => {
	expect(refusalOf(normalizeIp, ip)).toContain('is not an IP address');
});

test.each(['010.8.8.8', '8.8.8.08', '008.008.008.008'])(
	'%s means different addresses to different programs',
	(ip) => {
		expect(refusalOf(normalizeIp, ip)).toContain('leading zeros');
	},
);

test.each([[8], [true], [null], [['8.8.8.8']]])('%j is no IP address', (value) => {
	expect(refusalOf(normalizeIp, value)).toMatch(/must be text|is not an IP address/);
});

describe('hosts that only one network knows', () => {
	test.each(
		values(`
			localhost
			LOCALHOST
			localhost.
			app.localhost
			n8n
			n8n.local
			n8n.internal
			n8n.lan
			n8n.home
			router.home.arpa
			127.0.0.1
			127.1
			0x7f.0.0.1
			2130706433
			0.0.0.0
			10.0.0.1
			172.20.0.1
			192.168.0.1
			169.254.169.254
			100.64.0.1
			203.0.113.7
			[::1]
			[::]
			[fd00::1]
			[fe80::1]
			[::ffff:10.0.0.1]
			[2001:db8::1]
			::1
		`),
	)('%s', (host) => {
		expect(isPrivateHost(host)).toBe(true);
	});

	test.each(
		values(`
			figma.com
			10.example.com
			127.figma.com
			192.168.example.com
			localhost.figma.com
			local.figma.com
			fd00.example.com
			8.8.8.8
			172.32.0.1
			[2001:4860:4860::8888]
			münchen.de
			n8n.example.org
		`),
	)('but not %s', (host) => {
		expect(isPrivateHost(host)).toBe(false);
	});
});
