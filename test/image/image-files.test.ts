import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { readDockerfile } from './dockerfile.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const IMAGE = readDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'))

/** Files and folders at the top of the tree that the code of `src` reads or imports, and where it says so. */
function readAtRunTime(): Map<string, string> {
  const found = new Map<string, string>()
  for (const file of globSync('src/**/*.ts', { cwd: ROOT })) {
    const code = readFileSync(join(ROOT, file), 'utf8')
    for (const path of pathsIn(code, dirname(join(ROOT, file)))) {
      const [top = ''] = relative(ROOT, path).split(sep)
      if (top !== '' && top !== '..' && existsSync(join(ROOT, top))) found.set(top, file)
    }
  }
  return found
}

/** What code names relative to itself: imports, paths from its own folder, and paths from the top of the tree. */
function pathsIn(code: string, folder: string): string[] {
  const own = [
    ...code.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g),
    ...code.matchAll(/import\.meta\.dirname, '([^']+)'/g),
    ...code.matchAll(/new URL\('([^']+)', import\.meta\.url\)/g),
  ]
  const fromTop = [...code.matchAll(/join\(HOME, '([^']+)'/g)]
  return [
    ...own.map(([, path]) => resolve(folder, path!)),
    ...fromTop.map(([, path]) => resolve(ROOT, path!)),
  ]
}

describe('the files of the image', () => {
  const copied = IMAGE.at(-1)!.instructions.flatMap((one) => (one.kind === 'COPY' ? one.sources : []))
  // Settings of the machine that runs it, never part of an image.
  const needed = [...readAtRunTime()].filter(([name]) => name !== '.env' && name !== 'data')

  it('are all that the code reads at run time', () => {
    expect(needed.map(([name]) => name)).to.include.members([
      'src',
      'views',
      'public',
      'locales',
      'migrations',
      'seeds',
      'package.json',
    ])
    for (const [name, file] of needed) expect(copied, `${name}, which ${file} reads`).to.include(name)
  })

  it('are let in by .dockerignore, and nothing else is', () => {
    const [all, ...letIn] = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n')
    const named = IMAGE.flatMap(({ instructions }) => instructions).flatMap((one) =>
      one.kind === 'COPY' && !one.from ? one.sources : [],
    )
    expect(all).to.equal('*')
    expect(letIn.toSorted()).to.eql([...new Set(named)].map((name) => `!${name}`).toSorted())
  })

  it('belong to root: the server runs as a user who can change none of them', () => {
    const users = IMAGE.at(-1)!.instructions.flatMap((one) => (one.kind === 'USER' ? [one.value] : []))
    expect(users).to.eql(['node'])
  })
})

describe('a Dockerfile', () => {
  it('with a line that is not known is refused, never read without it', () => {
    const broken = [
      'ADD a b',
      'COPY --chown=node a b',
      'RUN --mount=type=cache true',
      'copy a b',
      'ENV A "b c"',
    ]
    for (const line of broken)
      expect(() => readDockerfile(`FROM node:24-slim\n${line}\n`), line).to.throw('Dockerfile: ')
    expect(() => readDockerfile('RUN true\n')).to.throw('before FROM')
  })

  it('is read over several lines and without its comments', () => {
    const [stage] = readDockerfile('# one\nFROM a AS b\nENV A=1 \\\n  # two\n  B=2\nCMD ["c", "d"]\n')
    expect(stage).to.eql({
      base: 'a',
      name: 'b',
      instructions: [
        { kind: 'ENV', values: { A: '1', B: '2' } },
        { kind: 'CMD', command: { words: ['c', 'd'] } },
      ],
    })
  })
})
