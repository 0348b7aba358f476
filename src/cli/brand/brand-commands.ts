/** `brand`: how pages and mails look with the settings in effect. */
import type { Noun } from '../../command-line/command.ts'

const actions = () => import('./preview.ts')

export const brand: Noun = {
  name: 'brand',
  about: 'Logo, colours and links of pages and mails',
  commands: [
    {
      noun: 'brand',
      verb: 'preview',
      opens: 'settings',
      about: 'Writes one HTML file with pages and mails as the settings make them, by day and at night.',
      operand: { name: 'FILE', about: 'Where to write it (brand-preview.html).', optional: true },
      options: { language: { value: 'TAG', about: 'Language of the pages: en, zh-CN or ru (en).' } },
      examples: ['brand preview', 'brand preview /tmp/brand.html --language ru'],
      run: async (...args) => (await actions()).preview(...args),
    },
  ],
}
