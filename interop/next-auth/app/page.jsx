import { getServerSession } from 'next-auth'
import { authOptions } from '../auth.js'

export const dynamic = 'force-dynamic'

export default async function Home() {
  const session = await getServerSession(authOptions)
  return <pre>{JSON.stringify(session?.user ?? 'nobody')}</pre>
}
