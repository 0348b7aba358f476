/** Detects the type of a picture by its first bytes, and ignores what its name or its host says. */

/** What an SVG begins with; its root may follow a declaration and comments. */
const SVG_STARTS = ['<svg', '<?xml', '<!--', '<!DOCTYPE svg'] as const

/** The media type; nothing for any other content. No SVG, which can hold scripts. */
export function pictureType(bytes: Buffer): string | undefined {
  const start = bytes.toString('latin1', 0, 12)
  if (start.startsWith('\x89PNG\r\n\x1A\n')) return 'image/png'
  if (start.startsWith('\xFF\xD8\xFF')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(start)) return 'image/gif'
  return /^RIFF[^]{4}WEBP/.test(start) ? 'image/webp' : undefined
}

/** The same with icons. */
export function pictureOrIconType(bytes: Buffer): string | undefined {
  return bytes.toString('latin1', 0, 4) === '\0\0\x01\0' ? 'image/x-icon' : pictureType(bytes)
}

/** The same with SVG, for the files of an operator. */
export function ownPictureType(bytes: Buffer): string | undefined {
  return pictureOrIconType(bytes) ?? (isSvg(bytes.toString('utf8', 0, 3000)) ? 'image/svg+xml' : undefined)
}

function isSvg(text: string): boolean {
  const start = text.replace('\uFEFF', '').trimStart()
  return SVG_STARTS.some((one) => start.startsWith(one)) && text.includes('<svg')
}
