/** Bends a good request in one to four places. All from the seed's random numbers, so that a run can be repeated. */
import { HEADERS, HEADER_VALUES, METHODS, NAMES, PATH_ENDS, TYPES, VALUES } from '../security/malformed.ts'
import type { Random } from '../security/malformed.ts'
import type { Sent } from '../provider/send.ts'
import type { Draft } from './corpus.ts'

type Mutation = (draft: Draft, random: Random, live: readonly string[]) => void

/** One request, as it goes over the wire. `live` are tokens, ids and addresses that mean something to the server. */
export function mutate(good: Draft, random: Random, live: readonly string[]): Sent {
  // Headers of several drafts are one object.
  const draft = structuredClone(good)
  const raw: { body?: (body: string) => string } = {}
  for (let count = random.below(4); count >= 0; count -= 1) random.pick(MUTATIONS)(draft, random, live)
  if (random.chance(0.08)) raw.body = random.pick(BODIES)
  return toSent(draft, raw.body)
}

/** As it is, without a mutation. */
export function toSent(draft: Draft, bend: (body: string) => string = (body) => body): Sent {
  const { method, path, query, fields, json, headers } = draft
  const to = path + (query.length > 0 ? `?${encodePairs(query)}` : '')
  if (method === 'GET' || method === 'HEAD') return { method, to, headers }
  const body = bend(json ? JSON.stringify(json) : encodePairs(fields))
  return { method, to, body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } }
}

function encodePairs(pairs: readonly [string, string][]): string {
  return pairs.map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`).join('&')
}

// Half a surrogate pair cannot be encoded, and its bytes are what a hostile sender would send.
const encodeText = (text: string) => encodeURIComponent(text.toWellFormed()).replaceAll('%20', '+')

const pairsOf = (draft: Draft, random: Random) =>
  draft.query.length > 0 && (draft.fields.length === 0 || random.chance(0.3)) ? draft.query : draft.fields

function onPair(change: (pair: [string, string], random: Random, live: readonly string[]) => void): Mutation {
  return (draft, random, live) => {
    const pairs = pairsOf(draft, random)
    if (pairs.length > 0) change(random.pick(pairs), random, live)
  }
}

const MUTATIONS: Mutation[] = [
  onPair((pair, random) => (pair[1] = random.pick(VALUES))),
  onPair((pair, random) => (pair[1] = pair[1].slice(0, random.below(pair[1].length + 1)))),
  onPair((pair, random) => (pair[1] = flip(pair[1], random))),
  onPair((pair, random) => (pair[1] += random.pick(VALUES))),
  onPair((pair, random, live) => (pair[1] = random.pick(live))),
  onPair((pair, random) => (pair[1] = random.pick([' ', '%', '\0', '+']) + pair[1])),
  onPair((pair, random) => (pair[0] = random.pick(NAMES))),
  onPair((pair, random) => (pair[0] += random.pick(['[]', '[a]', '.x', '%00', ' ']))),
  (draft, random) => {
    const pairs = pairsOf(draft, random)
    pairs.splice(random.below(pairs.length + 1), 1)
  },
  (draft, random) => {
    const pairs = pairsOf(draft, random)
    if (pairs.length > 0) pairs.push([...random.pick(pairs)])
  },
  (draft, random) => {
    pairsOf(draft, random).push([random.pick(NAMES), random.pick(VALUES)])
  },
  (draft, random) => {
    const pairs = pairsOf(draft, random)
    if (pairs.length > 1) [pairs[0]![1], pairs.at(-1)![1]] = [pairs.at(-1)![1], pairs[0]![1]]
  },
  (draft) => {
    ;[draft.query, draft.fields] = [draft.fields, draft.query]
  },
  (draft, random) => {
    draft.method = random.pick(METHODS)
  },
  (draft, random) => {
    draft.path += random.pick(PATH_ENDS)
  },
  (draft, random) => {
    draft.headers[random.pick(HEADERS)] = random.pick(HEADER_VALUES)
  },
  (draft, random) => {
    const names = Object.keys(draft.headers)
    if (names.length > 0) delete draft.headers[random.pick(names)]
  },
  onHeader('cookie', (value, random) => bendCookie(value, random)),
  onHeader('authorization', (value, random) => flip(value, random)),
  (draft, random, live) => {
    draft.headers['authorization'] =
      `${random.pick(['Bearer', 'DPoP', 'Basic', 'bearer'])} ${random.pick(live)}`
  },
  (draft, random) => {
    draft.headers['content-type'] = random.pick(TYPES)
  },
  (draft, random, live) => {
    if (draft.json) draft.json[random.pick(Object.keys(draft.json))] = jsonValue(random, live)
  },
  (draft, random, live) => {
    if (draft.json) draft.json[random.pick(NAMES)] = jsonValue(random, live)
  },
]

function onHeader(name: string, change: (value: string, random: Random) => string): Mutation {
  return (draft, random) => {
    const value = draft.headers[name]
    if (value) draft.headers[name] = change(value, random)
  }
}

function flip(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + random.pick(['A', '0', '-', '.', '=', '~', 'ÿ']) + text.slice(at + 1)
}

function bendCookie(cookie: string, random: Random): string {
  const parts = cookie.split('; ')
  const at = random.below(parts.length)
  if (random.chance(0.3)) return parts.toSpliced(at, 1).join('; ')
  if (random.chance(0.3)) return [...parts, parts[at]].join('; ')
  return parts.with(at, flip(parts[at]!, random).replaceAll('ÿ', 'y')).join('; ')
}

function jsonValue(random: Random, live: readonly string[]): unknown {
  const value = random.pick([...VALUES, random.pick(live)])
  const deep = (levels: number): unknown => (levels === 0 ? value : [deep(levels - 1)])
  return random.pick([
    value,
    [value],
    [value, value],
    { [random.pick(NAMES)]: value },
    deep(200),
    null,
    true,
    0,
    -1,
    1e308,
    [],
    {},
    [[value]],
    Array.from({ length: 500 }, () => value.slice(0, 20)),
  ])
}

const BODIES: ((body: string) => string)[] = [
  (body) => body.replaceAll('&', ';'),
  (body) => encodeURIComponent(body),
  (body) => body.slice(0, body.length / 2),
  (body) => `${body}&${body}`,
  (body) => body.replaceAll('%', '%25'),
  (body) => body.replaceAll('=', ''),
  (body) => `{${body}}`,
  (body) => `${body}%`,
  (body) => `${body}${'&a=b'.repeat(2000)}`,
  (body) => `\uFEFF${body}`,
  () => '',
]
