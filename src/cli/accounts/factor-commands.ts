/** The commands of `account` about second factors. */
import type { Api } from '../../command-line/api.ts'
import type { Command } from '../../command-line/command.ts'
import type { Input } from '../../command-line/input.ts'

const actions = () => import('./factor-actions.ts')

type Common = Pick<Command, 'noun' | 'operand'> & { opens: 'api' }

export function factorCommands(common: Common): readonly Command[] {
  return [
    {
      ...common,
      verb: 'factors',
      about: 'Shows the factors of an account: the authenticator app, passkeys and recovery codes.',
      examples: ['account factors person@example.com', 'account factors person@example.com --json'],
      run: async (input: Input, api: Api) => (await actions()).factors(input, api),
    },
    {
      ...common,
      verb: 'reset-factors',
      about:
        'Removes the second factors of a person who lost them after a delay, and ends all sessions and access.',
      options: {
        now: { about: 'Removes them at once. Only where you know that the person asks.' },
      },
      notes: [
        'The owner gets a mail, and can stop it: by its link, or by signing in with the factor.',
        'The setting FACTOR_RESET_DELAY_MINUTES has the delay, by default a day. The password alone signs in then.',
        'Be sure that it is this person who asks: their password may be known to somebody else.',
      ],
      examples: [
        'account reset-factors person@example.com',
        'account reset-factors person@example.com --now',
      ],
      run: async (input: Input, api: Api) => (await actions()).resetFactors(input, api),
    },
    {
      ...common,
      verb: 'keep-factors',
      about: 'Stops the planned reset of second factors.',
      examples: ['account keep-factors person@example.com'],
      run: async (input: Input, api: Api) => (await actions()).keepFactors(input, api),
    },
  ]
}
