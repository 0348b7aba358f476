/** What /metrics answers, read as Prometheus reads it. */

export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number }
export type Scraped = {
  text: string
  /** By name: what `# TYPE` says, and `# HELP`. */
  types: ReadonlyMap<string, string>
  helps: ReadonlyMap<string, string>
  samples: readonly Sample[]
  /** The sum of all samples of this name that have these labels. */
  sum: (name: string, labels?: Readonly<Record<string, string>>) => number
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export async function scrape(port: number): Promise<Scraped> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}`)
  const text = await answer.text()
  const samples = text.split('\n').flatMap((line): Sample[] => {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) return []
    const pairs = [...labels.matchAll(LABEL)].map(([, key = '', said = '']) => [key, said])
    return [{ name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }]
  })
  return {
    text,
    samples,
    types: comments(text, 'TYPE'),
    helps: comments(text, 'HELP'),
    sum: (name, wanted = {}) =>
      samples
        .filter((one) => one.name === name)
        .filter(({ labels }) => Object.entries(wanted).every(([key, value]) => labels[key] === value))
        .reduce((sum, { value }) => sum + value, 0),
  }
}

const COMMENT = /^# (TYPE|HELP) (\w+) (.*)$/gm

function comments(text: string, kind: string): Map<string, string> {
  const found = [...text.matchAll(COMMENT)].filter(([, one]) => one === kind)
  return new Map(found.map(([, , name = '', said = '']) => [name, said]))
}
