/** Reads and writes PHC strings: `$scheme$v=19$name=value,…$salt$digest`, base64 without padding. */

export type Phc = {
  scheme: string
  version: number | undefined
  parameters: ReadonlyMap<string, number>
  salt: Buffer
  digest: Buffer
}

/** Parameters may come in any order, as writers differ. Answers nothing for text of another form. */
export function parsePhc(stored: string): Phc | undefined {
  const [before, scheme, ...given] = stored.split('$')
  const version = given[0]?.startsWith('v=') ? given.shift()?.slice(2) : undefined
  const [parameters, salt, digest, ...more] = given
  if (before !== '' || !scheme || more.length > 0 || !/^\d+$/.test(version ?? '0')) return undefined
  const pairs = (parameters ?? '').split(',').map((pair) => /^([a-z]+)=(\d{1,10})$/.exec(pair))
  if (pairs.includes(null) || !isBase64(salt) || !isBase64(digest)) return undefined
  return {
    scheme,
    version: version === undefined ? undefined : Number(version),
    parameters: new Map(pairs.map((pair) => [pair?.[1] ?? '', Number(pair?.[2])])),
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  }
}

export function phcString(
  scheme: string,
  parameters: Readonly<Record<string, number>>,
  salt: Buffer,
  digest: Buffer,
): string {
  const pairs = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  return `$${scheme}$${pairs.join(',')}$${unpadded(salt)}$${unpadded(digest)}`
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

function isBase64(text: string | undefined): text is string {
  return text !== undefined && /^[\w+/-]+={0,2}$/.test(text)
}
