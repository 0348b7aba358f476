/**
 * A foreign stack: an app of a few lines in its own idiom, as its quick start has it, and what a person does with it.
 * Each folder beside this file is one. Its guide in docs/integrations shows the files of the folder; its `stack.ts` says
 * how the guide is played.
 */
import type { Page } from 'playwright-core'
import type { Guide } from './guide.ts'
import type { Person } from './person.ts'

/** How a stack's packages are installed and its app is built. */
export type Toolchain = 'node' | 'python3' | 'go' | 'mvn'

export type Stack = {
  title: string
  /** The page of docs/integrations that it runs, without `.md`. */
  guide: string
  toolchain: Toolchain
  /** Another stack with files that come first; those of this one replace them. */
  basedOn?: string
  /** What `go build` is given, where it is not the folder itself. */
  goPackage?: string
  /** A command that follows the installation. */
  build?: readonly string[]
  /** The packages that the table names with their pinned versions, as the stack's own file of dependencies writes them. */
  packages: readonly string[]
  play: (world: World) => Promise<void>
}

/** What a command prints about a client or a resource server. */
export type Answer = { client_id?: string; client_secret?: string }

export type World = {
  issuer: string
  /** Where the stack was installed, and its programs run. */
  folder: string
  person: Person
  /** Where the app of the stack is reached: a loopback address of its own. */
  origin: string
  port: number
  /** A text of the guide with the addresses of this run. */
  put: (text: string) => string
  /** The guide, with the addresses of this run. */
  guide: Guide
  /** What the guide calls `https://api.example.org/`. */
  api: string
  /** The port of what the guide calls `https://tools.example.org`; `OPEN_CLIENT_RESOURCES` names its path `/mcp`. */
  toolsPort: number
  /** Runs a command of the operator's command line and answers what it printed as JSON. */
  cli: (...args: string[]) => Promise<Answer>
  /** Runs the commands of the guide and answers what they printed. */
  setUp: () => Promise<Answer[]>
  /** Starts a program of the stack with these variables, and waits until it answers at its port. */
  start: (command: readonly string[], env: Record<string, string>, port?: number) => Promise<Program>
  /** Starts an account server at which no client registers itself, and answers its issuer. */
  startClosedServer: () => Promise<string>
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
  stop: () => Promise<void>
  ended: Promise<number | null>
}
