/** Where a sign-in comes from, for its owner to recognize. */
export type SignInOrigin = {
  /** In words: "Firefox on Linux". */
  browser?: string | undefined
  /** The client id of the app that it is for. */
  client?: string | undefined
  /** The label of the provider that they came from, in place of the password. */
  upstream?: string | undefined
  /** True where a code by mail came in place of the password. */
  mailed?: boolean | undefined
  /** True of somebody who is signed in and gives the password again. */
  confirmation?: boolean | undefined
}
