// One server of the benchmark: node server.js mercurius|apollo|yoga PORT STUB CONNECTIONS SCHEMA
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'

import { connect, Loaders } from './upstream.js'
import { resolvers } from './resolvers.js'

const [name, port, stub, connections, schemaFile] = process.argv.slice(2)
const schema = readFileSync(schemaFile, 'utf8')
const listen = { host: '127.0.0.1', port: Number(port) }
const get = connect(stub, Number(connections))
const context = () => ({ loaders: new Loaders(get) })

// Types behind interfaces are told apart by what they have; no workload asks for one.
const servers = {
  async mercurius(options = { jit: 1 }) {
    const { default: fastify } = await import('fastify')
    const { default: mercurius } = await import('mercurius')
    const app = fastify()
    app.register(mercurius, { schema, resolvers, context, path: '/graphql', ...options })
    await app.listen(listen)
  },
  'mercurius-no-jit': () => servers.mercurius({}),
  async apollo() {
    const { ApolloServer } = await import('@apollo/server')
    const { startStandaloneServer } = await import('@apollo/server/standalone')
    const server = new ApolloServer({ typeDefs: schema, resolvers, introspection: true })
    await startStandaloneServer(server, { context, listen })
  },
  async yoga() {
    const { createSchema, createYoga } = await import('graphql-yoga')
    const yoga = createYoga({ schema: createSchema({ typeDefs: schema, resolvers }), context, logging: false })
    createServer(yoga).listen(listen)
  },
}

await servers[name]()
