/** Files of the viewer (swagger-ui-dist), read and compressed when somebody first asks for them. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

export type ViewerFile = { type: string; plain: Buffer; gzipped: Buffer }
export type ViewerFiles = {
  /** Undefined for every other name. */
  read: (name: string) => ViewerFile | undefined
  /** Of the installed release: a part of the files' addresses. */
  version: string
}

const TYPES: Readonly<Record<string, string>> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

export function createViewerFiles(): ViewerFiles {
  const kept = new Map<string, ViewerFile>()
  return {
    version: versionOf(fileOf('package.json').toString()),
    read(name) {
      const type = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined
      if (type === undefined) return undefined
      const known = kept.get(name)
      if (known) return known
      const plain = fileOf(name)
      const file = { type, plain, gzipped: gzipSync(plain) }
      kept.set(name, file)
      return file
    },
  }
}

function fileOf(name: string): Buffer {
  return readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)))
}

function versionOf(manifest: string): string {
  const { version } = JSON.parse(manifest) as { version: string }
  return version
}
