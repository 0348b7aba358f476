/** What each folder of src/ is for, from the top of the program to its ground. ARCHITECTURE.md shows it as a table and a picture. */

import { COMPOSITION } from '../support/source-tree.ts'

export type Storey = 'program' | 'features' | 'library' | 'subjects' | 'ground'

export type Room = {
  /** Where it is not that of its folder. */
  title?: string
  storey: Storey
  /** Two or three words for the picture. */
  short: string
  /** What belongs here. */
  owns: string
  /** What a reader may look for here and finds elsewhere. */
  leaves: string
}

export const ROOMS: Readonly<Record<string, Room>> = {
  [COMPOSITION]: {
    title: 'main, app, cli',
    storey: 'program',
    short: 'the programs',
    owns: 'The programs: `main.ts` runs a server or a worker, `app.ts` mounts every feature, `cli.ts` runs a command.',
    leaves: 'Everything else.',
  },
  cli: {
    storey: 'program',
    short: 'commands',
    owns: 'The operator’s commands.',
    leaves: 'What a command does: the subjects below.',
  },
  process: {
    storey: 'program',
    short: 'connections, upkeep',
    owns: 'Connections, start, listeners, several processes, and the upkeep tasks of the worker.',
    leaves: 'What is purged, and when: each subject.',
  },
  'features.ts': {
    storey: 'program',
    short: 'the list',
    owns: 'The list of all features. The server, the worker and the command line read it.',
    leaves: 'What a feature adds: its folder.',
  },
  pages: {
    storey: 'features',
    short: 'sign-in, account …',
    owns: 'The pages that people see, one folder for each journey.',
    leaves: 'The rules of accounts: `accounts`. The templates: `views`.',
  },
  admin: {
    storey: 'features',
    short: 'administration',
    owns: 'The pages for administrators, a client of the JSON API. `sections` say what they show and do.',
    leaves: 'What an operation does, and who may: `api`, `operations`.',
  },
  api: {
    storey: 'features',
    short: 'JSON API',
    owns: 'The operations of the JSON API, one folder for each subject.',
    leaves: 'Address, token, body and answer of any operation: `operations`.',
  },
  protocol: {
    storey: 'features',
    short: 'CIBA, device …',
    owns: 'One folder for each feature of the protocol that the library lacks or leaves open.',
    leaves: 'What every flow needs: `provider`.',
  },
  'feature.ts': {
    storey: 'features',
    short: 'the contract',
    owns: 'What a feature may add: protocol, pages, endpoints, API operations, sinks, upkeep, sealed columns, tables that move.',
    leaves: 'Each feature: `pages`, `protocol`.',
  },
  operations: {
    storey: 'library',
    short: 'router, OpenAPI',
    owns: 'What every operation of the JSON API shares: its description, the router and the OpenAPI document that are made of it.',
    leaves: 'The operations: `api`.',
  },
  interaction: {
    storey: 'features',
    short: 'pages of a request',
    owns: 'What pages share between the request of an app and its answer: the open request, the next step, the way back.',
    leaves: 'The pages: `pages`.',
  },
  'command-line': {
    storey: 'features',
    short: 'reads commands',
    owns: 'What a command is, and how its arguments, help and tables are read and written.',
    leaves: 'The commands: `cli`, `protocol`.',
  },
  provider: {
    storey: 'library',
    short: 'around oidc-provider',
    owns: 'The protocol library: its configuration, records, checks and refusals. `provider/library` alone uses its private parts.',
    leaves: 'Where records are kept: `grant-store`. Single features: `protocol`.',
  },
  'services.ts': {
    storey: 'subjects',
    short: 'what all features get',
    owns: 'What a process hands to every feature: settings, database, clock, log, sealer, grant store, outbox, change feed.',
    leaves: 'Making them: `process`.',
  },
  moving: {
    storey: 'subjects',
    short: 'import, export',
    owns: 'Accounts and apps from other systems and to them: the formats, what is refused, and the report.',
    leaves: 'Which hashes verify: `passwords`.',
  },
  resources: {
    storey: 'subjects',
    short: 'APIs and their scopes',
    owns: 'The APIs that take access tokens: identifiers, scopes, token formats, types of authorization details.',
    leaves: 'Who may ask for them: `clients`.',
  },
  clients: {
    storey: 'subjects',
    short: 'apps, secrets, profiles',
    owns: 'The registered apps: their metadata, secrets and profiles, and the rules for these.',
    leaves: 'Registration by the protocol: `protocol/registration`.',
  },
  groups: {
    storey: 'subjects',
    short: 'who is in which',
    owns: 'Groups of accounts: their names, and who is in them.',
    leaves: 'The claim `groups`: `account-cache`, `accounts`. What a group may do: the apps.',
  },
  limits: {
    storey: 'subjects',
    short: 'who is limited now',
    owns: 'Limits as operators see them: which are in effect, who is limited now, and clearing one.',
    leaves: 'Counting, and the numbers: `attempts`.',
  },
  upstreams: {
    storey: 'subjects',
    short: 'other providers',
    owns: 'Other providers that people sign in with: their definitions, the protocol with them, and who is connected.',
    leaves: 'Buttons and pages: `pages/upstream`, `pages/sign-in`.',
  },
  sessions: {
    storey: 'subjects',
    short: 'who is signed in',
    owns: 'The sign-ins of an account, as its person sees and ends them.',
    leaves: 'The session of the protocol: `provider/sessions`.',
  },
  accounts: {
    storey: 'subjects',
    short: 'people',
    owns: 'People: sign-up, activation, sign-in, reset, profile and roles.',
    leaves: 'Pages: `pages`. Counting guesses: `attempts`.',
  },
  factors: {
    storey: 'subjects',
    short: 'authenticator app, codes',
    owns: 'What signing in takes besides the password: the authenticator app, recovery codes, and the check of a code.',
    leaves: 'Asking for the code: `pages/sign-in`. Setting it up: `pages/security`.',
  },
  pictures: {
    storey: 'subjects',
    short: 'pictures of people',
    owns: 'The picture of an account: the square ones that are made of an upload, in a process of their own. The same process makes logos.',
    leaves: 'Uploading and showing it: `pages/picture`. The logo of an app: `clients/logo`.',
  },
  passkeys: {
    storey: 'subjects',
    short: 'passkeys',
    owns: 'Passkeys: their challenges, and the check of what an authenticator signed.',
    leaves:
      'Asking for one: `pages/sign-in`. Adding one: `pages/security`. Their rows, and what counts as two factors: `accounts`.',
  },
  consents: {
    storey: 'subjects',
    short: 'what people allowed',
    owns: 'What a person allowed an app, and how that ends.',
    leaves: 'Asking for it: `pages/consent`.',
  },
  attempts: {
    storey: 'subjects',
    short: 'counts guesses',
    owns: 'The counters of guesses, for each account, network and known browser.',
    leaves: 'What a refused person reads: `pages`.',
  },
  audit: {
    storey: 'subjects',
    short: 'security trail',
    owns: 'The trail of security events.',
    leaves: 'When an event happens: the subjects.',
  },
  statistics: {
    storey: 'subjects',
    short: 'counts over time',
    owns: 'What happened how often, which survives restarts and adds up over processes.',
    leaves: 'Where it is counted: each subject. Metrics for a scraper: `platform`.',
  },
  deliveries: {
    storey: 'subjects',
    short: 'mails, receivers',
    owns: 'What operators see of mails and of the receivers of events, and what they decide about them.',
    leaves: 'The messages and their delivery: `outbox`.',
  },
  keys: {
    storey: 'subjects',
    short: 'sign and decrypt',
    owns: 'The keys that sign tokens and decrypt requests, and their rotation.',
    leaves: 'Keys that seal data: `settings`, `platform`.',
  },
  'account-cache': {
    storey: 'subjects',
    short: 'accounts at hand',
    owns: 'What the protocol reads of an account, in Redis or in the process, and the statements that change an account.',
    leaves: 'What an account is: `accounts`.',
  },
  'grant-store': {
    storey: 'subjects',
    short: 'Redis or SQL',
    owns: 'Sessions, codes and tokens, in Redis or SQL: single use and revocation, each in one atomic step.',
    leaves: 'What a record means: `provider/records`.',
  },
  settings: {
    storey: 'ground',
    short: 'the environment',
    owns: 'The environment, parsed and checked once.',
    leaves: 'Connections made from it: `process`.',
  },
  places: {
    storey: 'subjects',
    short: 'where addresses are',
    owns: 'Where an address is: the name of one’s own network, or city and country from a file.',
    leaves: 'Showing it: `pages`, `mail`. Decisions about networks: `attempts`.',
  },
  brand: {
    storey: 'ground',
    short: 'logo, colours, links',
    owns: 'How pages and mails look: name, logo, colours, icon and links, and the contrast that colours need.',
    leaves: 'How they are entered: `settings`, `clients`. The layout: `views`.',
  },
  mail: {
    storey: 'ground',
    short: 'text, SMTP, mailbox',
    owns: 'The text of each mail, SMTP, and the development mailbox.',
    leaves: 'When a mail is due: `accounts`, `protocol`.',
  },
  'event-sinks': {
    storey: 'features',
    short: 'Kafka, webhooks …',
    owns: 'The receivers of events, one folder each: webhooks, Redis Streams, RabbitMQ, Kafka.',
    leaves: 'The events: `events`. Retries and order: `outbox`.',
  },
  events: {
    storey: 'ground',
    short: 'CloudEvents',
    owns: 'What other systems learn of a change of state: the types of events, their schemas, and their way to the sinks.',
    leaves: 'Delivery: `outbox`. When an event happens: the subjects.',
  },
  outbox: {
    storey: 'ground',
    short: 'messages to deliver',
    owns: 'Messages, written in the transaction of their cause and delivered later.',
    leaves: 'What a message says: `mail`, `protocol/logout`.',
  },
  passwords: {
    storey: 'ground',
    short: 'hashes and policy',
    owns: 'Password hashes, the password policy, and how many hashes are computed at once.',
    leaves: 'The account of a password: `accounts`.',
  },
  words: {
    storey: 'ground',
    short: 'texts, languages',
    owns: 'The catalogue of texts for people, and which language a reader gets.',
    leaves: 'The texts: `locales`.',
  },
  http: {
    storey: 'ground',
    short: 'Koa: errors, CSRF …',
    owns: 'Koa without a word of the product: errors, bodies, CSRF, headers, health, rendering.',
    leaves: 'Every address: `pages`, `protocol`, `provider`.',
  },
  platform: {
    storey: 'ground',
    short: 'database, Redis, log',
    owns: 'Database, Redis, log, clock, random tokens, sealing, change feed, caches that it guards.',
    leaves: 'Every word of the product.',
  },
}
