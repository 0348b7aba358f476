/** Mounts /docs: the operations of the JSON API, to read and to try. `operations` owns the document. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { docsRoutes } from './docs.routes.ts'
import { createViewerFiles } from './viewer-files.ts'

export function docs({ config }: Services): Feature {
  if (!config.docs) return {}
  return {
    pages: ({ render }, operations) => [docsRoutes(render, createViewerFiles(), config.issuer, operations)],
  }
}
