/**
 * Loaded by `NODE_OPTIONS=--import=…`: when the process ends it writes to `$MODULES_FILE` which packages were loaded.
 * Plain JavaScript, so that it loads before anything else.
 */
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const packages = new Set()

registerHooks({
  load(url, context, nextLoad) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? []
    if (name) packages.add(name)
    return nextLoad(url, context)
  },
})

process.on('exit', () => writeFileSync(process.env.MODULES_FILE, JSON.stringify([...packages])))
