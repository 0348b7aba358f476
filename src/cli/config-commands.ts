/** `config`: the settings in effect. */
import type { Noun } from '../command-line/command.ts'

const actions = () => import('./config-actions.ts')

export const config: Noun = {
  name: 'config',
  about: 'The settings in effect',
  commands: [
    {
      noun: 'config',
      opens: 'settings',
      about: 'Shows every setting in effect, with secrets masked. Reports all mistakes at once.',
      examples: ['config', 'config --json'],
      run: async (...args) => (await actions()).show(...args),
      // Here it shows the settings of this machine, before anything is open.
      atServer: async (...args) => (await actions()).showAtServer(...args),
    },
  ],
}
