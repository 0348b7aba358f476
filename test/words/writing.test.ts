import { expect } from 'chai'
import { profileSchema } from '../../src/accounts/profile.ts'

const accepts = (username: string) => profileSchema.safeParse({ username }).success

describe('the letters of a user name', () => {
  for (const mixed of ['m\u0430x', 'иван_smith', 'αdmin', 'админ李', 'אבי1a'])
    it(`are refused from several alphabets: ${mixed}`, () => expect(accepts(mixed)).to.equal(false))

  for (const plain of [
    'max_2',
    'иван-3',
    'Ελένη',
    'Zoë',
    '李小龙',
    'ひらがなカタカナx',
    '홍길동lee',
    'אבי',
    'हिन्दी',
    '42',
  ])
    it(`are taken from one way of writing: ${plain}`, () => expect(accepts(plain)).to.equal(true))
})
