/** ARCHITECTURE.md's table of rooms, and its picture. */
import { arrows, checkRooms } from './arrows.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'
import { FLOORS } from '../support/source-tree.ts'
import { drawArchitecture } from './picture.ts'
import { INSIDE_PROVIDER } from './provider-rooms.ts'
import { ROOMS } from './rooms.ts'

export const architectureDocuments: GeneratedDocument[] = [
  {
    file: 'ARCHITECTURE.md',
    renew(text) {
      const contents = { rooms: roomTable(), provider: providerTable(), floors: floorList() }
      return Object.entries(contents).reduce((so, [name, content]) => withContent(so, name, content), text)
    },
  },
  ...(['light', 'dark'] as const).map((theme) => ({
    file: `docs/images/architecture-${theme}.svg`,
    renew: () => drawArchitecture(arrows(), theme),
  })),
]

function roomTable(): string {
  checkRooms()
  const rows = Object.entries(ROOMS).map(([name, { title = name, owns, leaves }]) => [
    `\`${title}\``,
    owns,
    leaves,
  ])
  return markdownTable(['Folder', 'Owns', 'Leaves to others'], rows)
}

function providerTable(): string {
  const rows = Object.entries(INSIDE_PROVIDER).map(([name, owns]) => [`\`provider/${name}\``, owns])
  return markdownTable(['Folder', 'Owns'], rows)
}

function floorList(): string {
  return FLOORS.toReversed()
    .map((floor) => floor.map((folder) => `\`${ROOMS[folder]?.title ?? folder}\``).join(', '))
    .join(' →\n')
}
