import { expect } from 'chai'
import {
  inRanges,
  isLoopbackAddress,
  isLoopbackHost,
  isPublicAddress,
  isRange,
  readAddress,
} from '../../../src/platform/network/ip-address.ts'

/** First and last address of each range in the IANA special-purpose registries, and of all else that is not public. */
const SPECIAL = [
  '0.0.0.0 0.255.255.255',
  '10.0.0.0 10.255.255.255',
  '100.64.0.0 100.127.255.255',
  '127.0.0.0 127.255.255.255',
  '169.254.0.0 169.254.255.255',
  '172.16.0.0 172.31.255.255',
  '192.0.0.0 192.0.0.255',
  '192.0.2.0 192.0.2.255',
  '192.88.99.0 192.88.99.255',
  '192.168.0.0 192.168.255.255',
  '198.18.0.0 198.19.255.255',
  '198.51.100.0 198.51.100.255',
  '203.0.113.0 203.0.113.255',
  '224.0.0.0 239.255.255.255',
  '240.0.0.0 255.255.255.255',
  ':: ::1',
  '::8.8.8.8 ::ffff:8.8.8.8',
  '::ffff:0:8.8.8.8 64:ff9b::8.8.8.8',
  '64:ff9b:1:: 64:ff9b:1:ffff:ffff:ffff:8.8.8.8',
  '100:: 100:0:0:1::',
  '200:: 1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:: 2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:db8:: 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  '2002:808:808:: 2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '3fff:: 3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
  '4000:: 5f00::1',
  '8000:: fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fc00:: fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80:: fe80::1%eth0',
  'fec0:: feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'ff00:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
]

const PUBLIC = [
  '1.0.0.0',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.0.3.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::',
  '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:db9::',
  '2003::',
  '2606:4700::1111',
  '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  '3fff:1000::',
]

/** What some programs read as an address, although no socket writes it so. */
const NO_ADDRESS = [
  '',
  'evil',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '[::1]',
  '1.2.3.4:5',
]

describe('An IP address', () => {
  for (const range of SPECIAL)
    it(`from ${range.replace(' ', ' to ')} is not public`, () => {
      for (const address of range.split(' ')) expect(isPublicAddress(address), address).to.equal(false)
    })

  for (const address of PUBLIC)
    it(`of the public network is public: ${address}`, () => {
      expect(isPublicAddress(address)).to.equal(true)
    })

  for (const text of NO_ADDRESS)
    it(`is not what only some programs take for one: ${JSON.stringify(text)}`, () => {
      expect(readAddress(text)).to.equal(undefined)
      expect([isPublicAddress(text), isLoopbackAddress(text), isRange(text)]).to.eql([false, false, false])
      expect(inRanges(['0.0.0.0/0', '::/0'])(text)).to.equal(false)
    })

  for (const [text, canonical] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:c000:201', '192.0.2.1'],
    ['::192.0.2.1', '::c000:201'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ] as const)
    it(`is read in every form of its own: ${text}`, () => {
      expect(readAddress(text)?.toString()).to.equal(canonical)
    })

  it('is loopback in 127.0.0.0/8 and as ::1', () => {
    for (const address of ['127.0.0.1', '127.255.255.255', '::1', '::ffff:127.0.0.1'])
      expect(isLoopbackAddress(address), address).to.equal(true)
    for (const address of [
      '126.255.255.255',
      '128.0.0.0',
      '::',
      '::2',
      '::127.0.0.1',
      '0.0.0.0',
      'localhost',
    ])
      expect(isLoopbackAddress(address), address).to.equal(false)
  })

  it('may be named by a host that always means this machine', () => {
    for (const host of ['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.2', '::1', '[::1]'])
      expect(isLoopbackHost(host), host).to.equal(true)
    for (const host of ['', 'localhost.example', 'notlocalhost', '127.0.0.1.example', '[::2]', '10.0.0.1'])
      expect(isLoopbackHost(host), host).to.equal(false)
  })
})

describe('A list of ranges', () => {
  it('holds an address in whichever form it is written', () => {
    const cases: [range: string, inside: string[], outside: string[]][] = [
      ['10.0.0.0/8', ['10.1.2.3', '::ffff:10.1.2.3'], ['11.0.0.0', '::10.1.2.3', 'a00::']],
      ['192.168.1.77/30', ['192.168.1.76', '192.168.1.79'], ['192.168.1.75', '192.168.1.80']],
      ['::ffff:10.0.0.0/104', ['10.1.2.3'], ['11.0.0.0', '::10.1.2.3']],
      ['2001:db8::/33', ['2001:db8:7fff::1'], ['2001:db8:8000::', '2001:db7::']],
      ['fe80::/10', ['fe80::1%eth0', 'febf::1'], ['fec0::1']],
      ['192.0.2.1', ['192.0.2.1'], ['192.0.2.2']],
      ['::/0', ['::1', '192.0.2.1'], ['localhost']],
    ]
    for (const [range, inside, outside] of cases) {
      for (const address of inside) expect(inRanges([range])(address), `${range} ${address}`).to.equal(true)
      for (const address of outside) expect(inRanges([range])(address), `${range} ${address}`).to.equal(false)
    }
  })

  it('names an entry that is neither an address nor a range', () => {
    for (const entry of [
      '10.0.0.0/33',
      '::1/129',
      '10.0.0/8',
      '10.0.0.0/',
      '10.0.0.0/x',
      'fe80::%1/10',
      '/8',
      '1.2.3.4/8/9',
    ]) {
      expect(isRange(entry), entry).to.equal(false)
      expect(() => inRanges(['10.0.0.0/8', entry]), entry).to.throw(`not an address or CIDR: ${entry}`)
    }
  })
})
