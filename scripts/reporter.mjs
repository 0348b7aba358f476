/** Mocha's spec reporter, which also leaves the two numbers where scripts/test.mjs reads them. */
import { writeFileSync } from 'node:fs'
import Mocha from 'mocha'

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options)
    const file = process.env.TEST_COUNT_FILE
    if (file) runner.once('end', () => writeFileSync(file, `${this.stats.passes} ${this.stats.failures}`))
  }
}
