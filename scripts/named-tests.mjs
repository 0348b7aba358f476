/** The test files that somebody names after `npm test --`: files, folders and patterns. */
import { existsSync, globSync, statSync } from 'node:fs'
import { failAndExit, StepFailed } from './step.mjs'

/**
 * Puts a pattern in place of a folder, so that mocha reads only the tests in it. Where no test is, it says so and ends the
 * process: otherwise mocha would run all tests.
 * @param {string[]} args of `npm test`; what is no path stays as it is
 * @returns {string[]}
 */
export function withNamedTests(args) {
  return args.map((arg, index) => {
    if (!isPath(arg) || args[index - 1] === '-g') return arg
    const pattern =
      existsSync(arg) && statSync(arg).isDirectory() ? `${arg.replace(/\/$/, '')}/**/*.test.ts` : arg
    if (!existsSync(pattern) && globSync(pattern).length === 0)
      failAndExit(new StepFailed(`No test is at ${arg}.`))
    return pattern
  })
}

function isPath(arg) {
  return !arg.startsWith('-') && (arg.includes('.test.ts') || /^(?:\.\/)?test(?:\/|$)/.test(arg))
}
