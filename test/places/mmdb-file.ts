/** Writes a small database of places: MaxMind DB file format specification 2.0, with an IPv6 tree and records of 24 bits. */

type Value = string | number | bigint | Value[] | { [key: string]: Value }
type Node = [left: Branch, right: Branch]
type Branch = Node | { offset: number } | undefined

const DATA_SEPARATOR = Buffer.alloc(16)
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1')

/** `networks`: IPv4 networks such as `192.0.2.0/24`, each with its record. */
export function placeFile(networks: Record<string, Value>): Buffer {
  const root: Node = [undefined, undefined]
  const data: Buffer[] = []
  let offset = 0
  for (const [network, record] of Object.entries(networks)) {
    put(root, bitsOf(network), { offset })
    const bytes = encode(record)
    data.push(bytes)
    offset += bytes.length
  }
  const nodes = nodesOf(root)
  const tree = nodes.map((node) => Buffer.concat(node.map((branch) => recordOf(branch, nodes))))
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600n,
    database_type: 'Test-City',
    description: { en: 'A test' },
    ip_version: 6,
    languages: ['en', 'ru', 'zh-CN'],
    node_count: nodes.length,
    record_size: 24,
  })
  return Buffer.concat([...tree, DATA_SEPARATOR, ...data, MARKER, metadata])
}

/** IPv4 is below ::/96. */
function bitsOf(network: string): number[] {
  const [address = '', length = '32'] = network.split('/')
  const own = address
    .split('.')
    .flatMap((octet) => Array.from(Number(octet).toString(2).padStart(8, '0'), Number))
  return [...Array.from({ length: 96 }, () => 0), ...own.slice(0, Number(length))]
}

function put(node: Node, [bit = 0, ...rest]: number[], leaf: { offset: number }): void {
  if (rest.length === 0) return void (node[bit] = leaf)
  const next = node[bit]
  const inner: Node = Array.isArray(next) ? next : [undefined, undefined]
  node[bit] = inner
  put(inner, rest, leaf)
}

function nodesOf(root: Node): Node[] {
  return [root, ...root.flatMap((branch) => (Array.isArray(branch) ? nodesOf(branch) : []))]
}

function recordOf(branch: Branch, nodes: Node[]): Buffer {
  const to = Array.isArray(branch) ? nodes.indexOf(branch) : nodes.length
  const value = branch && !Array.isArray(branch) ? nodes.length + DATA_SEPARATOR.length + branch.offset : to
  const bytes = Buffer.alloc(3)
  bytes.writeUIntBE(value, 0, 3)
  return bytes
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([head(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'number') return Buffer.concat([head(6, 4), integer(BigInt(value), 4)])
  if (typeof value === 'bigint') return Buffer.concat([head(9, 8), integer(value, 8)])
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)])
  const entries = Object.entries(value)
  return Buffer.concat([
    head(7, entries.length),
    ...entries.flatMap(([key, inner]) => [encode(key), encode(inner)]),
  ])
}

function integer(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')
}

/** A type above 7 is in a second byte. */
function head(type: number, size: number): Buffer {
  const short = Math.min(size, 29)
  const more = size < 29 ? [] : [size - 29]
  return Buffer.from(type > 7 ? [short, type - 7, ...more] : [(type << 5) | short, ...more])
}
