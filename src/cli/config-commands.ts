/** `config`: the settings in effect. */
import type { Noun } from '../command-line/command.ts'

const actions = () => import('./config-actions.ts')

export const config: Noun = {
  name: 'config',
  about: 'The settings in effect, secrets masked',
  commands: [
    {
      noun: 'config',
      opens: 'settings',
      about: 'Shows every setting as it is in effect, secrets masked; mistakes are reported all at once.',
      examples: ['config', 'config --json'],
      run: async (...args) => (await actions()).show(...args),
    },
  ],
}
