import { execFile } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { dataFolder } from '../support/service-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')

type Ended = { code: number; out: string; err: string }

/** Runs npm as a person does: without the variables that the outer `npm test` hands down. */
function npm(args: string[], { cwd = ROOT } = {}): Promise<Ended> {
  const outer = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const env = { ...Object.fromEntries(outer), ACCOUNT_SERVER_DATA_DIR: dataFolder('npm') }
  return new Promise((resolve) => {
    execFile('npm', args, { cwd, env }, (error, out, err) => {
      resolve({ code: error ? Number(error.code) : 0, out, err })
    })
  })
}

describe('npm in this project', () => {
  it('lists the scripts', async () => {
    const { code, out } = await npm(['run'])
    expect(code).to.equal(0)
    for (const script of ['start', 'test', 'cli', 'example', 'load'])
      expect(out, script).to.contain(`scripts/run.mjs ${script}`)
  })

  it('says that there is no such script', async () => {
    const { code, err } = await npm(['run', 'strat'])
    expect(code).to.equal(1)
    expect(err).to.contain('Missing script: "strat"')
  })

  it('says why an install failed', async () => {
    const cwd = dataFolder('failed-install')
    copyFileSync(join(ROOT, '.npmrc'), join(cwd, '.npmrc'))
    writeFileSync(join(cwd, 'package.json'), '{"name":"broken","dependencies":{"koa":"3.2.1"}}')
    writeFileSync(join(cwd, 'package-lock.json'), '{"name":"broken","lockfileVersion":3,"packages":{}}')
    const { code, err } = await npm(['ci', '--offline'], { cwd })
    expect(code).to.not.equal(0)
    expect(err).to.contain('npm error').and.contain('koa')
  })

  it('prints two lines of its own before the answer of a command, and none with --silent', async () => {
    const { out, err } = await npm(['run', 'cli', '--', 'config', '--json'])
    const [answer, ...own] = out.split('\n').filter(Boolean).toReversed()
    expect(JSON.parse(answer ?? '')).to.be.an('object')
    expect(own.toReversed().map((line) => line.slice(0, 2))).to.eql(['> ', '> '])
    expect(err).to.equal('')
    const silent = await npm(['run', '--silent', 'cli', '--', 'config', '--json'])
    expect(silent.out).to.match(/^\{.*\}\n$/)
    expect(JSON.parse(silent.out)).to.be.an('object')
    expect(silent.err).to.equal('')
  })
})
