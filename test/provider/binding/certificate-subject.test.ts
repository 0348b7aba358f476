import { X509Certificate } from 'node:crypto'
import { expect } from 'chai'
import { isIssuedBy, readAuthorities } from '../../../src/http/request/client-certificate.ts'
import { subjectMatches } from '../../../src/provider/binding/certificate-subject.ts'
import { makeCertificate } from './certificates.ts'

const read = (options: Parameters<typeof makeCertificate>[0]) =>
  new X509Certificate(makeCertificate(options).cert)

describe('the subject of a certificate', () => {
  const certificate = read({
    subject: [
      [['C', 'DE']],
      [['O', 'Müller, "Söhne" + Co; <1>']],
      [
        ['OU', 'Apps'],
        ['CN', 'app\nO=Evil'],
      ],
    ],
  })
  const isNamed = (name: string) => subjectMatches(certificate, 'tls_client_auth_subject_dn', name)
  const O = 'O=Müller\\, \\"Söhne\\" \\+ Co\\; \\<1\\>'

  it('is compared part by part, in the order of RFC 4514, with any escapes and spaces', () => {
    expect(isNamed(`CN=app\\0AO=Evil+OU=Apps,${O},C=DE`)).to.equal(true)
    expect(isNamed(`OU=Apps + cn=app\\0AO=Evil, ${O}, C=DE`)).to.equal(true)
    expect(isNamed(`2.5.4.11=Apps+2.5.4.3=app\\0AO=Evil,${O.replace('ü', '\\C3\\BC')},C=DE`)).to.equal(true)
  })

  it('matches nothing else', () => {
    const wrong = [
      '',
      'C=DE',
      `${O},C=DE`,
      `C=DE,${O},CN=app\\0AO=Evil+OU=Apps`,
      `CN=app,${O},C=DE`,
      `CN=app\\0AO=Evil,OU=Apps,${O},C=DE`,
      `CN=APP\\0AO=Evil+OU=Apps,${O},C=DE`,
      `CN=app\\0AO=Evil+OU=Apps,O=Müller,C=DE`,
      `CN=app\\0AO=Evil+OU=Apps,${O},C=DE,C=DE`,
    ]
    for (const name of wrong) expect(isNamed(name), name).to.equal(false)
  })
})

describe('the alternative names of a certificate', () => {
  it('are not read out of the text of another name', () => {
    const sly = read({
      names: { dns: ['a.example, URI:https://evil.example', 'x", URI:https://evil.example'] },
    })
    expect(subjectMatches(sly, 'tls_client_auth_san_uri', 'https://evil.example')).to.equal(false)
    expect(subjectMatches(sly, 'tls_client_auth_san_dns', 'a.example')).to.equal(false)
  })

  it('are compared as a whole, without wildcards', () => {
    const wide = read({ subject: [[['CN', 'cn.example']]], names: { dns: ['*.example', 'b.example'] } })
    for (const name of ['a.example', '.example', 'example', 'cn.example', 'b.exampl'])
      expect(subjectMatches(wide, 'tls_client_auth_san_dns', name), name).to.equal(false)
    expect(subjectMatches(wide, 'tls_client_auth_san_dns', 'B.example')).to.equal(true)
    expect(subjectMatches(read({}), 'tls_client_auth_san_email', '')).to.equal(false)
  })
})

describe('the issuer of a certificate', () => {
  it('is one of the configured authorities, and is marked as an authority', () => {
    const [first, second] = [1, 2].map(() => makeCertificate({ authority: true }))
    const none = makeCertificate()
    const authorities = readAuthorities(`${first!.cert}some words\n${second!.cert}${none.cert}`)
    expect(authorities).to.have.length(3)
    const isTrusted = (issuer: typeof none) => isIssuedBy(read({ issuer }), authorities, Date.now())
    expect([isTrusted(first!), isTrusted(second!), isTrusted(none)]).to.eql([true, true, false])
    expect(isTrusted(makeCertificate({ authority: true }))).to.equal(false)
  })

  it('is the one that is configured, which need not be a root, and no other below it', () => {
    const root = makeCertificate({ subject: [[['CN', 'Root']]], authority: true })
    const between = makeCertificate({ subject: [[['CN', 'Between']]], issuer: root, authority: true })
    const leaf = read({ issuer: between })
    expect(isIssuedBy(leaf, readAuthorities(between.cert), Date.now())).to.equal(true)
    expect(isIssuedBy(leaf, readAuthorities(root.cert), Date.now())).to.equal(false)
  })
})
