import { expect } from 'chai'
import { createResource } from '../../../src/resources/resources.ts'
import { CALLBACK, createRegistrar } from '../../protocol/registration/registrar.ts'
import { register } from '../../provider/relying-party.ts'
import { PASSWORD, sqliteStage } from '../../provider/stage.ts'
import type { Stage } from '../../provider/stage.ts'

const LIBRARY = 'https://library-in-languages.example/'
const TEXTS = { 'books:read': 'Read your books', 'books:read#ru': 'Читать ваши книги' }

describe('the names and texts that an operator gives in several languages', () => {
  let stage: Stage

  before(async () => {
    stage = await sqliteStage()
    const books = { identifier: LIBRARY, name: 'Library', scope: 'books:read', scope_texts: TEXTS }
    await createResource(stage.parts.db, books, stage.parts)
  })

  it('are those of the reader, and those without a language for others', async () => {
    const app = await register(stage, {
      client_name: 'Reading List',
      'client_name#ru': 'Список чтения',
      tos_uri: 'https://app.example.com/terms',
      'tos_uri#ru': 'https://app.example.com/ru/terms',
      allowed_resources: [LIBRARY],
    })
    const { email } = await stage.person()
    const path = app.authorizePath({ scope: 'openid books:read', resource: LIBRARY })
    const consentIn = async (language: string) => {
      const visitor = stage.visitor({ 'accept-language': language })
      const signIn = await visitor.get(path)
      return visitor.followForm(signIn, { email, password: PASSWORD }, { action: '/sign-in' })
    }
    const russian = await consentIn('ru')
    expect(russian.heading).to.contain('Список чтения')
    expect(russian.text).to.contain('Читать ваши книги').and.contain('https://app.example.com/ru/terms')
    expect(russian.text).not.to.contain('Reading List')
    const chinese = await consentIn('zh-CN')
    expect(chinese.heading).to.contain('Reading List')
    expect(chinese.text).to.contain('Read your books').and.contain('"https://app.example.com/terms"')
  })

  it('are taken from a client that registers itself, with any tag of our languages, and shown to it again', async () => {
    const registrar = createRegistrar(stage)
    const metadata = { client_name: 'Notes', redirect_uris: [CALLBACK] }
    const made = await registrar.registered({
      ...metadata,
      'client_name#ru-RU': 'Заметки',
      'client_name#de': 'Notizen',
    })
    expect(made).to.include({ 'client_name#ru': 'Заметки' }).and.not.to.have.property('client_name#de')
  })

  it('are refused in a language that the pages do not have', async () => {
    const refused = (error: Error) => error.message
    const german = { client_name: 'Reading List', 'client_name#de': 'Leseliste' }
    expect(await register(stage, german).catch(refused)).to.match(/client_name#de/)
    const books = {
      identifier: `${LIBRARY}de`,
      scope: 'books:read',
      scope_texts: { 'books:read#de': 'Lesen' },
    }
    expect(await createResource(stage.parts.db, books, stage.parts).catch(refused)).to.match(/books:read#de/)
  })
})
