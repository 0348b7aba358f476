/**
 * Where counts and times are kept between two scrapes. Every request passes here several times, so a count is one look-up and one
 * addition. prom-client checks and copies labels at each count, which takes about ten times as long.
 */
export type Value = { metricName: string; labels: Record<string, string>; value: number }

type Labels = Readonly<Record<string, string>>

/** The series of one metric, by the value of each label in turn: no key has to be put together. */
type Branch<Series> = Map<string, Branch<Series> | Series>

function seriesOf<Series extends object>(
  names: readonly string[],
  create: (labels: Record<string, string>) => Series,
) {
  const [last = '', ...before] = names.toReversed()
  const path = before.reverse()
  const root: Branch<Series> = new Map()
  const all: Series[] = []
  const begin = (branch: Branch<Series>, labels: Labels): Series => {
    const series = create(Object.fromEntries(names.map((name) => [name, labels[name] ?? ''])))
    branch.set(labels[last] ?? '', series)
    all.push(series)
    return series
  }
  const find = (labels: Labels): Series => {
    let branch = root
    for (const name of path) {
      const value = labels[name] ?? ''
      let next = branch.get(value) as Branch<Series> | undefined
      if (next === undefined) branch.set(value, (next = new Map()))
      branch = next
    }
    return (branch.get(labels[last] ?? '') as Series | undefined) ?? begin(branch, labels)
  }
  return { find, all: () => all }
}

export function createCount(metricName: string, names: readonly string[]) {
  const { find, all } = seriesOf(names, (labels) => ({ metricName, labels, value: 0 }))
  return {
    add: (labels: Labels) => void (find(labels).value += 1),
    values: (): Value[] => all().map((one) => ({ ...one })),
  }
}

/** `bounds`: the upper bounds of the buckets, in ascending order. */
export function createTimes(name: string, names: readonly string[], bounds: readonly number[]) {
  const { find, all } = seriesOf(names, (labels) => ({
    labels,
    /** The last is for what is above every bound. */
    buckets: Array.from({ length: bounds.length + 1 }, () => 0),
    sum: 0,
  }))
  return {
    add: (labels: Labels, seconds: number) => {
      const series = find(labels)
      let at = 0
      while (at < bounds.length && seconds > bounds[at]!) at += 1
      series.buckets[at]! += 1
      series.sum += seconds
    },
    values: (): Value[] =>
      all().flatMap(({ labels, buckets, sum }) => {
        let count = 0
        const cumulative = buckets.map((here, at): Value => {
          count += here
          const le = String(bounds[at] ?? '+Inf')
          return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
        })
        return [
          ...cumulative,
          { metricName: `${name}_sum`, labels, value: sum },
          { metricName: `${name}_count`, labels, value: count },
        ]
      }),
  }
}
