/** A person's own account over the API: with a token that they gave an app. */
import type { Feature } from '../../feature.ts'
import type { Services } from '../../services.ts'
import { appOperations } from './apps.ts'
import { confirmingOperations } from './confirming.ts'
import { deletionOperations } from './deletion.ts'
import { emailOperations } from './email.ts'
import { factorOperations } from './factors.ts'
import { passkeyOperations } from './passkeys.ts'
import { passwordOperations } from './password.ts'
import { personalDataOperations } from './personal-data.ts'
import { pictureOperations } from './picture.ts'
import { profileOperations } from './profile.ts'
import { sessionOperations } from './sessions.ts'
import { signInOperations } from './sign-ins.ts'
import { trustedBrowserOperations } from './trusted-browsers.ts'

export function accountApi(services: Services): Feature {
  return {
    api: (site) => [
      ...profileOperations(services),
      ...pictureOperations(services),
      ...passwordOperations(services),
      ...confirmingOperations(services),
      ...emailOperations(services),
      ...factorOperations(services),
      ...passkeyOperations(services),
      ...sessionOperations(services),
      ...signInOperations(services),
      ...trustedBrowserOperations(services),
      ...appOperations(services, site),
      ...personalDataOperations(services),
      ...deletionOperations(services),
    ],
  }
}
