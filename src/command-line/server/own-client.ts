/** The command line as an app of the server. `operations/command-line-client.ts` has its metadata. */
export const COMMAND_LINE_CLIENT_ID = 'command-line'
