import { expect } from 'chai'
import { z } from 'zod'
import { AppError } from '../../../src/platform/errors.ts'
import { validate, validateForm } from '../../../src/http/request/validate.ts'

const schema = z.object({
  email: z.email('Please give an e-mail address.'),
  age: z.coerce.number().int().max(150),
  password: z.string().min(8),
})

describe('http/validate', () => {
  it('gives the typed value', () => {
    const value = validate(schema, { email: 'a@b.org', age: '7', password: 'long enough', extra: 'x' })
    expect(value).to.deep.equal({ email: 'a@b.org', age: 7, password: 'long enough' })
  })

  it('names every field and reason in one 400', () => {
    const attempt = () => validate(schema, { email: 'x', age: '200', password: 'long enough' })
    expect(attempt).to.throw(AppError, /^email: Please give an e-mail address\.; age: /)
    try {
      attempt()
    } catch (error) {
      expect(error).to.include({ status: 400, code: 'invalid_request' })
    }
  })

  it('names nested fields by their path', () => {
    expect(() => validate(z.object({ list: z.array(z.string()) }), { list: ['a', 1] })).to.throw(/^list\.1: /)
  })

  it('gives a form back with one message for each field and without secrets', () => {
    const input = { email: 'x', age: '20', password: 'short', _csrf: 'token', code: '123456' }
    const result = validateForm(schema, input)
    expect(result.ok).to.equal(false)
    expect({ ...result.values }).to.deep.equal({ email: 'x', age: '20' })
    expect(Object.keys(result.errors)).to.deep.equal(['email', 'password'])
    expect(result.errors['email']).to.equal('Please give an e-mail address.')
  })

  it('puts what belongs to no field under "form"', () => {
    const pair = z.object({ a: z.string(), b: z.string() }).refine(({ a, b }) => a === b, 'They differ.')
    expect({ ...validateForm(pair, { a: '1', b: '2' }).errors }).to.deep.equal({ form: 'They differ.' })
  })

  it('gives the value of a good form', () => {
    const result = validateForm(schema, { email: 'a@b.org', age: '7', password: 'long enough' })
    expect(result).to.deep.include({ ok: true, errors: {} })
    if (result.ok) expect(result.value.age).to.equal(7)
  })
})
