/** `npm run readme`: renews what of the README is made from the source. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { withSettings } from './settings-table.ts'

const README = fileURLToPath(new URL('../../README.md', import.meta.url))

writeFileSync(README, withSettings(readFileSync(README, 'utf8')))
process.stdout.write('README.md is up to date.\n')
