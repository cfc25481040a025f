// The stub as a good engineer would ask it: one pool of connections, one call for as
// many keys as it takes, nothing waited for.
import DataLoader from 'dataloader'
import { Pool } from 'undici'

export function connect(base, connections) {
  const pool = new Pool(base, { connections, pipelining: 1 })
  return async (path) => {
    const { statusCode, body } = await pool.request({ path, method: 'GET' })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`)
    return JSON.parse(text)
  }
}

// What one call takes.
const cap = 100

function loader(get, path) {
  return new DataLoader(
    async (ids) => {
      const { records } = await get(`${path}?ids=${ids.join(',')}`)
      // They come in the order of the ids, those that there are not left out.
      if (records.length === ids.length) return records
      const byID = new Map(records.map((r) => [r.recordId, r]))
      return ids.map((id) => byID.get(id) ?? null)
    },
    { maxBatchSize: cap },
  )
}

// The loaders of one request.
export class Loaders {
  constructor(get) {
    this.get = get
    this.BILLING = loader(get, '/billing')
    this.SUPPORT = loader(get, '/support')
    this.SOCIAL = loader(get, '/social')
  }
}
