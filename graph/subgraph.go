package graph

import (
	"strings"

	"customer360/graph/audience"
)

// SubgraphSDL gives a contract as a subgraph of Apollo Federation 2, to compose it with other
// schemas: a Customer is an entity by its id, which other subgraphs can add to, and what
// Relay's connections share may be in them too. It is for composing: the gateway serves
// no _entities yet, so that a router reaches a customer by the root fields only.
// See https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/directives.
func SubgraphSDL(c *audience.Contract) string {
	const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])` + "\n\n"
	return link + strings.NewReplacer(
		"\ntype Customer implements Node {", "\ntype Customer implements Node @key(fields: \"id\") {",
		"\ntype PageInfo {", "\ntype PageInfo @shareable {",
	).Replace(c.SDL)
}
