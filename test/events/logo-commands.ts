/** The commands about the logo of an app. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { png } from '../pictures/samples.ts'
import { client, withLogo } from './prepared-subjects.ts'
import type { Changes } from './prepared-subjects.ts'

export const LOGO_COMMANDS: Changes = {
  'client logo': {
    given: client,
    async run({ command, dataDir }, id) {
      const file = join(dataDir, 'logo.png')
      await writeFile(file, await png())
      await command('client', 'logo', id, '--file', file)
    },
    events: ['client.changed'],
  },
  'client remove-logo': {
    given: withLogo,
    run: ({ command }, id) => command('client', 'remove-logo', id),
    events: ['client.changed'],
  },
}
