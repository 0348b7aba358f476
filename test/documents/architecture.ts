/** ARCHITECTURE.md's table of rooms, and its picture. */
import { arrows, checkRooms } from './arrows.ts'
import { markdownTable, withContent } from './document.ts'
import type { GeneratedDocument } from './document.ts'
import { FLOORS } from '../support/source-tree.ts'
import { drawArchitecture } from './picture.ts'
import { ROOMS } from './rooms.ts'

export const architectureDocuments: GeneratedDocument[] = [
  {
    file: 'ARCHITECTURE.md',
    renew: (text) => withContent(withContent(text, 'rooms', roomTable()), 'floors', floorList()),
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

function floorList(): string {
  return FLOORS.toReversed()
    .map((floor) => floor.map((folder) => `\`${ROOMS[folder]?.title ?? folder}\``).join(', '))
    .join(' →\n')
}
