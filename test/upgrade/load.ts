/** People and apps that go on while processes come and go. Each waits for its answer before it asks again. */
import { until } from '../provider/stage.ts'
import { invite, register, signIn, stay, work } from './visits.ts'
import type { World } from './visits.ts'
import type { Place } from './place.ts'
import type { Release } from './previous-release.ts'

const AT_ONCE = 3

export type Load = Awaited<ReturnType<typeof startLoad>>

export async function startLoad(place: Place, world: World, release: Release) {
  const failures: string[] = []
  const registered: string[] = []
  let [rounds, done] = [0, 0]
  let phase = 'at first'
  let isOver = false
  async function visit(person: number): Promise<void> {
    const guest = await signIn(world, await invite(place, release, `guest-${person}`), person)
    // Somebody else: an account has a few sessions at a time, and a guest stays.
    const caller = await invite(place, release, `caller-${person}`)
    while (!isOver) {
      const number = ++rounds
      const email = `new-${number}@example.com`
      const during = phase
      try {
        await signIn(world, caller, number)
        await stay(world, guest)
        await work(world)
        await register(world, email, number)
        registered.push(email)
      } catch (error) {
        failures.push(`${during}: ${(error as Error).message}`)
      }
      done += 1
    }
  }
  const visits = Array.from({ length: AT_ONCE }, (_, person) => visit(person))
  return {
    failures,
    registered,
    rounds: () => done,
    /** Each person does this at least twice. */
    async goOn(name: string) {
      phase = name
      const from = done
      await until(() => Promise.resolve(done >= from + 2 * AT_ONCE), `the load goes on: ${name}`)
    },
    async end() {
      isOver = true
      await Promise.all(visits)
    },
  }
}
