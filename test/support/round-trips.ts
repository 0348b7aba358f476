import type { Command } from 'ioredis'
import type { RedisClient } from '../../src/platform/redis/redis.ts'

export type RoundTrips = {
  /** Commands sent since the last reset. */
  commands: number
  /** Waits for Redis since the last reset: a command sent while another is under way shares its round trip. */
  roundTrips: number
  reset: () => void
}

/** Counts what a client sends, for a test that makes one request at a time. */
export function countRoundTrips(client: RedisClient): RoundTrips {
  const underWay = new Set<Command>()
  const counts = {
    commands: 0,
    roundTrips: 0,
    reset: () => Object.assign(counts, { commands: 0, roundTrips: 0 }),
  }
  const send = client.sendCommand.bind(client) as (command: Command, ...rest: unknown[]) => unknown
  client.sendCommand = (command: Command, ...rest: unknown[]) => {
    counts.commands += 1
    if (underWay.size === 0) counts.roundTrips += 1
    underWay.add(command)
    const answered = () => underWay.delete(command)
    command.promise.then(answered, answered)
    return send(command, ...rest)
  }
  return counts
}
