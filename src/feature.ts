/**
 * A feature mounts itself: it is a function of the process's services, and its answer names what it adds. `features.ts` lists
 * them all. The server, the worker and the command line read that list.
 */
import type { Router } from '@koa/router'
import type Provider from 'oidc-provider'
import type { Operation } from './operations/operation.ts'
import type { Ending } from './grant-store/endings.ts'
import type { AskSelf } from './http/ask-self.ts'
import type { Render } from './http/render.ts'
import type { FindMember } from './interaction/member.ts'
import type { NextPage } from './interaction/next-page.ts'
import type { Steps } from './interaction/page.ts'
import type { WearBrand } from './provider/clients/worn-brand.ts'
import type { StartAgain } from './interaction/start-again.ts'
import type { EventLane } from './events/lanes.ts'
import type { AnySink } from './outbox/batch-sink.ts'
import type { SinkSource } from './outbox/lane-set.ts'
import type { MovedTable } from './platform/sql/moved-table.ts'
import type { SealedColumn } from './platform/sql/reseal.ts'
import type { Oidc } from './provider/contract/current-provider.ts'
import type { ProtocolPart } from './provider/contract/protocol-part.ts'
import type { FlowLimits } from './provider/records/flow-limits.ts'
import type { Resource } from './resources/resources.ts'
import type { Services } from './services.ts'

export type Feature = {
  /** What it adds to the protocol. */
  protocol?: (site: Site) => ProtocolPart
  /** Pages for people, behind the guards of forms. `operations`: those of every feature. */
  pages?: (site: Site, operations: readonly Operation[]) => readonly Router[]
  /** Pages between an app's request and its answer, by the step that they are for. */
  steps?: (site: Site) => Partial<Steps>
  /** Addresses that programs call beside the protocol's: no forms, no cookies. */
  endpoints?: (site: Site) => readonly Router[]
  /** Operations of the JSON API. */
  api?: (site: Site) => readonly Operation[]
  /** Runs when a session or grant ends in the grant store. */
  onEnd?: Ending
  /** Where the worker delivers what the outbox recorded, by topic. */
  sinks?: (delivery: Delivery) => Readonly<Record<string, AnySink>>
  /** Sinks that come and go while the worker runs, such as one for each webhook. */
  sinkSource?: SinkSource
  /** Where events go, while a sink is configured. `sinks` delivers them. */
  eventLanes?: readonly EventLane[]
  /** Purges of rows that are wanted no longer, by name. Each takes the time and a limit of rows, and answers how many it found. */
  upkeep?: Readonly<Record<string, (nowMs: number, limit: number) => Promise<number>>>
  /** Columns that `keys reseal` seals again. */
  sealed?: readonly SealedColumn[]
  /** Tables that `export` and `import` move, after the accounts that they may belong to. */
  moves?: readonly MovedTable[]
}

/** What is there once a process serves requests. */
export type Site = {
  oidc: Oidc
  render: Render
  /** A request to this server, with the answer that a client gets. */
  askSelf: AskSelf
  startAgain: StartAgain
  findMember: FindMember
  /** Dresses a page as an operator chose for an app. */
  wearBrand: WearBrand
  /** Redirects after a form, with what the next page says once. */
  nextPage: NextPage
  findResource: (identifier: string) => Promise<Resource | undefined>
  /** Bounds what strangers leave behind. */
  limits: FlowLimits
}

/** What the pages of a feature work with. */
export type PageServices = Services & Site

/** What is there once a worker delivers. */
export type Delivery = {
  /** A provider that serves no requests: it knows clients and signs. */
  provider: () => Promise<Provider>
}

export type BuildFeature = (services: Services) => Feature
