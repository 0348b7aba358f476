/** Where the picture of an account is. The id is random, and another one for each upload, so caches may keep it forever. */

/** Below it, a picture by its id; `/small` after the id is the small one. */
export const PICTURES = '/picture/'

/** 128 random bits in hexadecimal digits. */
export const PICTURE_ID = /^[0-9a-f]{32}$/

/** The absolute address, for apps. */
export function pictureAddress({ issuer }: { issuer: string }, id: string): string {
  return new URL(PICTURES + id, issuer).href
}
