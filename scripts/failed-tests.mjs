/** Reads the failures that `npm test` sums up, and puts those of one cause together. */

/** Longer titles are cut: what went wrong comes first. */
const LONGEST_TITLE = 60
const LONGEST_REASON = 200

/**
 * One line for each cause, the most frequent first: how many tests, what went wrong, and one of the tests.
 * @param {string[]} output the lines of a run
 * @returns {string[]}
 */
export function failuresByCause(output) {
  const groups = Map.groupBy(failuresIn(output), ({ why }) => causeOf(why))
  return [...groups.values()]
    .toSorted((one, other) => other.length - one.length)
    .map((tests) => {
      const [{ why, title, file }] = tests
      const files = new Set(tests.map((test) => test.file)).size
      const where = files > 1 ? `${file} and ${files - 1} other${files > 2 ? 's' : ''}` : file
      return `${tests.length} × ${why.slice(0, LONGEST_REASON)} ("${title}" in ${where})`
    })
}

/** Each begins with its number and its title, of which the last line ends with a colon; its file is its last line. */
function failuresIn(output) {
  const heads = output.flatMap((line, at) => (/^ {2}\d+\) /.test(line) ? [at] : []))
  return heads.map((at, index) => {
    const lines = output.slice(at, heads[index + 1]).map((line) => line.trim())
    const end = lines.findIndex((line) => line.endsWith(':'))
    const title = (lines[end] ?? lines[0] ?? '').replace(/^\d+\) |:$/g, '')
    const why = lines.slice(end + 1).find((line) => line !== '') ?? ''
    const file = lines.findLast((line) => /^test\/.+\.test\.ts$/.test(line)) ?? ''
    return { title: title.slice(0, LONGEST_TITLE), why, file }
  })
}

/** Without what differs from test to test: numbers, ids, addresses. */
function causeOf(why) {
  return why
    .replace(/https?:\/\/\S+/g, 'URL')
    .replace(/[\w-]{20,}/g, 'ID')
    .replace(/\d+/g, 'N')
}
