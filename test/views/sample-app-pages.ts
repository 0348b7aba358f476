/** The pages of the administration about apps. */
import { KINDS } from '../../src/admin/apps/kinds.ts'
import { SECTIONS } from '../../src/admin/sections/sections.ts'
import { word } from '../../src/admin/wording/words.ts'
import { given } from '../../src/words/message.ts'
import type { SamplePage } from './sample-pages.ts'

const sections = SECTIONS.map(({ name }) => ({ name, href: `/admin/${name}` }))
const common = {
  word,
  sections,
  openSection: 'clients',
  nowMs: Date.UTC(2026, 0, 15, 9, 30),
  signOutHref: '/sign-out',
  secrets: [],
}
const text = (name: string, value: string) => ({ name, kind: 'text', text: value })
const secret = 'sample-of-a-secret-that-is-as-long-as-they-are'
const settings = {
  ...common,
  title: given('Notes'),
  backHref: '/admin/clients/1',
  hasSecret: true,
  facts: [
    text('issuer', 'https://accounts.example.com'),
    text('discovery', 'https://accounts.example.com/.well-known/openid-configuration'),
    text('client_id', 'b1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11'),
    { name: 'redirect_uris', kind: 'list', items: ['https://app.example.com/callback'] },
  ],
  stacks: [
    {
      name: 'Any OpenID Connect library',
      text: `ISSUER=https://accounts.example.com\nCLIENT_ID=b1f4c2e0-5f0b-4c57-9a4e-0f8f0d1f4c11\nCLIENT_SECRET=${secret}\n`,
    },
    {
      name: 'Express, passport',
      text: 'ISSUER=https://accounts.example.com\n',
      guide: 'docs/integrations/passport.md',
      redirect: 'https://app.example.com/cb',
    },
  ],
}

const preview = {
  ...common,
  title: given('Notes'),
  backHref: '/admin/clients/1',
  values: { account: 'ann@example.com', scope: '' },
  errors: {},
}

export const appPages: SamplePage[] = [
  {
    page: 'admin/act',
    state: 'file',
    locals: {
      ...common,
      name: 'clients',
      title: given('Notes'),
      subject: [],
      act: { id: 'setClientLogo', file: true },
      action: '/action',
      backHref: '/admin/clients/1',
      pictureHref: '/assets/favicon.svg',
      fields: [
        { name: 'file', kind: 'file', options: ['image/png', 'image/webp'], required: true, limitMib: 5 },
      ],
      values: {},
      errors: { file: 'admin-refusal-picture-type' },
      etag: '"x"',
    },
  },
  {
    page: 'admin/kinds',
    state: 'all',
    locals: {
      ...common,
      kinds: KINDS.map(({ name }) => ({ name, href: `/admin/clients/-/new/${name}` })),
      allHref: '/admin/clients/-/create',
      resourceHref: '/admin/resources/-/create',
    },
  },
  {
    page: 'admin/questions',
    state: 'wrong',
    locals: {
      ...common,
      kind: 'web',
      action: '/action',
      backHref: '/back',
      fields: [
        { name: 'client_name', kind: 'text', options: [], required: true },
        { name: 'redirect_uris', kind: 'lines', options: [], required: false },
        { name: 'post_logout_redirect_uris', kind: 'lines', options: [], required: false },
        { name: 'first_party', kind: 'tick', options: [], required: false },
      ],
      values: { client_name: 'Notes' },
      errors: { redirect_uris: 'admin-needed' },
    },
  },
  {
    page: 'admin/settings',
    state: 'new',
    locals: { ...settings, notice: word('done', 'createClient'), secrets: [text('client_secret', secret)] },
  },
  {
    page: 'admin/settings',
    state: 'later',
    locals: {
      ...settings,
      startHref: 'https://app.example.com/sign-in?iss=https%3A%2F%2Faccounts.example.com',
    },
  },
  {
    page: 'admin/preview',
    state: 'may',
    locals: {
      ...preview,
      person: { title: given('Ann Example'), href: '/admin/accounts/1' },
      preview: {
        mayUse: true,
        reasons: [],
        ignored: 'ledger:read',
        claims: [
          {
            name: 'id_token',
            entries: [
              ['sub', 'b1f4c2e0'],
              ['groups', '["staff","night shift"]'],
            ],
          },
          {
            name: 'userinfo',
            entries: [
              ['sub', 'b1f4c2e0'],
              ['email', 'ann@example.com'],
            ],
          },
        ],
      },
    },
  },
  {
    page: 'admin/preview',
    state: 'may-not',
    locals: {
      ...preview,
      preview: {
        mayUse: false,
        reasons: [
          { code: 'email_not_confirmed', detail: '' },
          { code: 'not_in_groups', detail: 'The app is for members of these groups alone: staff.' },
        ],
        ignored: '',
        claims: [
          { name: 'id_token', entries: [] },
          { name: 'userinfo', entries: [] },
        ],
      },
    },
  },
]
