/** Lists the settings in effect, with secrets masked. */
import { z } from 'zod'
import { operation } from '../../operations/operation.ts'
import type { Operation } from '../../operations/operation.ts'
import type { Services } from '../../services.ts'
import { SETTING_SOURCES, settingsInEffect } from '../../settings/described/described-settings.ts'

const shownSetting = z
  .object({
    name: z.string().describe('As in the environment.'),
    group: z.string(),
    value: z.unknown().describe('Secrets are masked. `null` where nothing is set.'),
    source: z
      .enum(SETTING_SOURCES)
      .describe('A variable, a file that a variable names, the file `.env`, or the default.'),
    fallback: z.unknown().describe('What holds where nothing is set.'),
    about: z.string(),
  })
  .meta({ title: 'Setting' })

export function settingOperations({ config }: Pick<Services, 'config'>): readonly Operation[] {
  return [
    operation({
      tag: 'Settings',
      caller: 'administrator',
      id: 'listSettings',
      method: 'get',
      path: '/settings',
      summary: 'List the settings in effect, with secrets masked',
      description: 'Of the process that answers. Others may have been started with other settings.',
      scope: 'settings:read',
      query: z.strictObject({
        search: z.string().max(200).optional().describe('A part of a name or of its sentence.'),
      }),
      answer: {
        status: 200,
        description: 'The settings, by group.',
        schema: z.object({ items: z.array(shownSetting) }),
      },
      async handle({ query: { search = '' } }) {
        const wanted = search.trim().toLowerCase()
        const items = settingsInEffect(config).filter(({ name, group, about }) =>
          `${name} ${group} ${about}`.toLowerCase().includes(wanted),
        )
        return { body: { items } }
      },
    }),
  ]
}
