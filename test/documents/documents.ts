/** Every document that is made from the source, whole or in part. `npm run docs` writes them; a test compares them. */
import type { GeneratedDocument } from './document.ts'
import { architectureDocuments } from './architecture.ts'
import { commandsDocument } from './commands.ts'
import { conformanceDocument, rowsDocument, securityDocument } from './promises.ts'
import { eventsDocument } from './events.ts'
import { guideDocuments } from './guides.ts'
import { settingsDocument } from './settings.ts'

export const GENERATED_DOCUMENTS: readonly GeneratedDocument[] = [
  settingsDocument,
  commandsDocument,
  eventsDocument,
  securityDocument,
  conformanceDocument,
  rowsDocument,
  ...architectureDocuments,
  ...guideDocuments,
]
