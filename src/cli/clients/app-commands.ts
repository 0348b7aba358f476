/** How an app is doing, what it would see, and its logo. */
import type { Command, Extension } from '../../command-line/command.ts'
import type { Parts } from '../../process/start/parts.ts'

const actions = () => import('./app-actions.ts')
const operand = { name: 'CLIENT_ID', about: 'The client_id of the client.' }

export const appCommands: Extension = {
  commands: [
    {
      noun: 'client',
      verb: 'errors',
      opens: 'api',
      operand,
      about: 'Lists the last errors of a client, with what it sent and what is registered.',
      notes: ['At most 100, of the last 7 days. Equal errors are one with a count.'],
      examples: ['client errors demo-app', 'client errors demo-app --json'],
      run: async (...args) => (await actions()).errors(...args),
    },
    {
      noun: 'client',
      verb: 'logo',
      opens: 'api',
      operand,
      about: 'Uploads the logo of a client. It takes the place of the one before, and comes before logo_uri.',
      options: { file: { value: 'FILE', about: 'A JPEG, PNG, WebP or GIF.', required: true } },
      examples: ['client logo demo-app --file logo.png'],
      run: async (...args) => (await actions()).setLogo(...args),
    },
    {
      noun: 'client',
      verb: 'remove-logo',
      opens: 'api',
      operand,
      about: 'Removes the uploaded logo of a client. Its address then answers 404.',
      examples: ['client remove-logo demo-app'],
      run: async (...args) => (await actions()).removeLogo(...args),
    },
  ],
}

export const previewCommand: Command<Parts> = {
  noun: 'client',
  verb: 'preview',
  opens: 'provider',
  operand,
  about: 'Shows what a client would see of a person. Nothing is issued.',
  options: {
    account: { value: 'ADDRESS', about: 'The address, the user name or the id.', required: true },
    scope: { value: '"S…"', about: 'The scopes that it asks for (all that it may).' },
  },
  examples: ['client preview demo-app --account person@example.com'],
  run: async (...args) => (await actions()).showPreview(...args),
}
