/**
 * A foreign stack: an app of a few lines in its own idiom, as its quick start has it, and what a person does with it.
 * Each folder beside this file is one; its `stack.ts` says how it is configured and played.
 */
import type { Page } from 'playwright-core'
import type { Person } from './person.ts'

/** How a stack's packages are installed and its app is built. */
export type Toolchain = 'node' | 'python3' | 'go' | 'mvn'

export type Stack = {
  title: string
  toolchain: Toolchain
  /** Another stack with files that come first; those of this one replace them. */
  basedOn?: string
  /** What `go build` is given, where it is not the folder itself. */
  goPackage?: string
  /** The packages that the table names with their pinned versions, as the stack's own file of dependencies writes them. */
  packages: readonly string[]
  /** The lines that an engineer writes for this server. */
  configuration: readonly string[]
  /** What else an engineer has to know, in one sentence. */
  note?: string
  play: (world: World) => Promise<void>
}

export type Client = { client_id: string; client_secret?: string }

export type World = {
  issuer: string
  /** Where the stack was installed, and its programs run. */
  folder: string
  person: Person
  /** Where the app of the stack is reached: a loopback address of its own. */
  origin: string
  port: number
  /** Two more ports that this stack may use; `OPEN_CLIENT_RESOURCES` names `http://localhost:<first>/mcp`. */
  extraPorts: readonly [number, number]
  /** Runs a command of the operator's command line and answers what it printed as JSON. */
  cli: (...args: string[]) => Promise<Record<string, unknown>>
  /** `client create`, with a redirect address at the app, and the other arguments. */
  register: (redirectPath: string, ...args: string[]) => Promise<Client>
  /** Starts a program of the stack with these variables, and waits until it answers at its port. */
  start: (command: readonly string[], env: Record<string, string>, port?: number) => Promise<Program>
  /** Names a step of the result; what it throws ends the stack, with the name of the step. */
  step: (name: string, does: () => Promise<void>) => Promise<void>
  /** A fresh browser; it closes with the stack. */
  openBrowser: () => Promise<Page>
}

export type Program = {
  /** What it printed so far. */
  output: () => string
  /** Waits for a line that it prints, and answers what the expression captured first. */
  line: (pattern: RegExp) => Promise<string>
  ended: Promise<number | null>
}
