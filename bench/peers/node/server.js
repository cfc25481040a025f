// One server of the benchmark: node server.js mercurius|apollo|yoga STUB CONNECTIONS SCHEMA
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

import { connect, Loaders } from './upstream.js'
import { resolvers } from './resolvers.js'

const [name, stub, connections, schemaFile] = process.argv.slice(2)
const schema = readFileSync(schemaFile, 'utf8')
const get = connect(stub, Number(connections))
const context = () => ({ loaders: new Loaders(get) })

// Types behind interfaces are told apart by what they have; no workload asks for one.
const servers = {
  async mercurius(options = { jit: 1 }) {
    const { default: fastify } = await import('fastify')
    const { default: mercurius } = await import('mercurius')
    const app = fastify()
    app.register(mercurius, { schema, resolvers, context, path: '/graphql', ...options })
    await app.listen({ host: '127.0.0.1', port: 0 })
    return app.server
  },
  'mercurius-no-jit': () => servers.mercurius({}),
  async apollo() {
    const { ApolloServer } = await import('@apollo/server')
    const { startStandaloneServer } = await import('@apollo/server/standalone')
    const server = new ApolloServer({ typeDefs: schema, resolvers, introspection: true })
    const { url } = await startStandaloneServer(server, { context, listen: { host: '127.0.0.1', port: 0 } })
    return { address: () => ({ port: new URL(url).port }) }
  },
  async yoga() {
    const { createSchema, createYoga } = await import('graphql-yoga')
    const yoga = createYoga({ schema: createSchema({ typeDefs: schema, resolvers }), context, logging: false })
    const server = createServer(yoga)
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    return server
  },
}

const server = await servers[name]()
console.log(`127.0.0.1:${server.address().port}`)
