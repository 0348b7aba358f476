/** A secret setting for display: only the host of an address, nothing of other values. */

export function mask(value: unknown): string {
  // Any text with a colon parses as an address; only one with a host is an address.
  const url = URL.parse(String(value))
  if (!url?.host || !/^(?:mysql|mariadb|rediss?|smtps?|https?):$/.test(url.protocol)) return '********'
  // A slash in the password ends the host there.
  if (!/^\/?[\w-]*$/.test(url.pathname)) return `${url.protocol}//********`
  const account = url.username || url.password ? `${url.username}:********@` : ''
  return `${url.protocol}//${account}${url.host}${url.pathname}${url.search && '?********'}`
}
