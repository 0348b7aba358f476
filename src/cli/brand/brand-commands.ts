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
      notes: [
        'With Chromium on this machine, a picture of it too: a PNG beside the file. CHROME_PATH names another browser.',
      ],
      operand: { name: 'FILE', about: 'Where to write it (brand-preview.html).', optional: true },
      options: {
        language: { value: 'TAG', about: 'Language of the pages: en, zh-CN or ru (en).' },
        metadata: {
          value: 'FILE',
          about: 'The brand of an app, as client update takes it: brand_name, brand_color and so on.',
        },
      },
      examples: [
        'brand preview',
        'brand preview /tmp/brand.html --language ru',
        'brand preview --metadata brand.json',
      ],
      run: async (...args) => (await actions()).preview(...args),
    },
  ],
}
