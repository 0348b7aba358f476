import { expect } from 'chai'
import { until } from '../provider/stage.ts'
import { startLoad } from './load.ts'
import type { Load } from './load.ts'
import { openEmbedded, openService } from './place.ts'
import type { Place, Process } from './place.ts'
import { THIS, previousRef, unpack } from './previous-release.ts'
import type { Release } from './previous-release.ts'
import { furnish, invite, signIn, stay } from './visits.ts'

const { ref, isThere } = previousRef()

/** Two servers and a worker of one release. */
async function start(place: Place, release: Release): Promise<Process[]> {
  return Promise.all([place.serve(release), place.serve(release), place.run(release)])
}

async function end(processes: Process[]): Promise<void> {
  for (const one of processes) await one.drain()
}

async function expectNoFailure(place: Place, load: Load): Promise<void> {
  await load.end()
  // What the processes logged says more than an error page.
  expect(place.faults(), 'what the processes logged').to.eql([])
  expect(load.failures, `of ${load.rounds()} rounds`).to.eql([])
  expect(load.registered.length, 'registrations').to.be.greaterThan(0)
  for (const email of load.registered)
    await until(() => Promise.resolve(place.mailsTo(email) > 0), `${email} has its mail`)
  expect(place.faults(), 'what the processes logged').to.eql([])
}

describe(`This release and ${isThere ? ref : 'the one before'}`, function () {
  this.timeout(600_000)

  if (!isThere)
    return it(`are not run: the history of git does not reach ${ref}. git fetch --unshallow --tags brings it`, () => {
      console.log(`      upgrade: no ${ref} in the history of git, so nothing ran`)
    })

  let previous: Release
  before(async () => {
    previous = await unpack(ref)
  })

  it('serve side by side while the schema is migrated and the older processes end, on MariaDB with Redis', async () => {
    const place = await openService()
    await place.command(previous, ['migrate'])
    const older = await start(place, previous)
    const load = await startLoad(place, await furnish(place, previous), previous)
    await load.goOn('the release before')
    const { applied } = await place.command(THIS, ['migrate'])
    expect(applied, 'migrations').to.be.an('array').that.is.not.empty
    await load.goOn('the release before, on the newer schema')
    const newer = await start(place, THIS)
    await load.goOn('both releases')
    await end(older)
    await load.goOn('this release')
    await expectNoFailure(place, load)
    await end(newer)
    await place.close()
  })

  it('serve side by side in the other order: the release before takes over from this one', async () => {
    const place = await openService()
    await place.command(THIS, ['migrate'])
    const newer = await start(place, THIS)
    const load = await startLoad(place, await furnish(place, THIS), THIS)
    await load.goOn('this release')
    const older = await start(place, previous)
    await load.goOn('both releases')
    await end(newer)
    await load.goOn('the release before, on the newer schema')
    await expectNoFailure(place, load)
    await end(older)
    await place.close()
  })

  it('take turns on one SQLite file: people stay signed in, and apps keep their tokens', async () => {
    const place = await openEmbedded()
    const first = await place.serve(previous)
    const world = await furnish(place, previous)
    const ann = await signIn(world, await invite(place, previous, 'ann'), 1)
    await first.drain()
    const second = await place.serve(THIS)
    await stay(world, ann)
    const bo = await signIn(world, await invite(place, THIS, 'bo'), 2)
    await second.drain()
    const third = await place.serve(previous)
    for (const guest of [ann, bo]) await stay(world, guest)
    await third.drain()
    expect(place.faults(), 'what the processes logged').to.eql([])
  })
})
