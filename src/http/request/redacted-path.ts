/** The path of a request for the log: no query, no token, no address. */

const LONGEST = 200

/** Replaces segments that look like a token or an e-mail address; drops query and fragment. */
export function redactedPath(url: string): string {
  const path = url.split(/[?#;]/, 1)[0] ?? ''
  return path.split('/').map(redactedSegment).join('/').slice(0, LONGEST)
}

function redactedSegment(segment: string): string {
  if (/@|%40/.test(segment)) return ':address'
  // Ids and tokens of this server have 20 characters or more; words in our routes are shorter.
  const longWord = segment.length >= 20 && !/^[a-z]+(?:[-_.][a-z]+)*$/.test(segment)
  return longWord ? ':token' : segment
}
