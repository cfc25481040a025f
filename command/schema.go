package command

import (
	"fmt"
	"io"

	"customer360/access"
	"customer360/graph"
)

// schemaFlags are the commands about the schema.
type schemaFlags struct {
	Print struct {
		Audience string `default:"internal" help:"The audience: internal, frontend, analyst or partner."`
		Subgraph bool   `help:"Print it as a subgraph of Apollo Federation."`
	} `cmd:"" help:"Print the contract of an audience: the part of the schema that it can see."`
}

// runSchema runs a command about the schema, and gives the exit code.
func runSchema(c schemaFlags, stdout, stderr io.Writer) int {
	of, ok := access.ParseAudience(c.Print.Audience)
	if !ok {
		return fail(stderr, fmt.Errorf("--audience must be internal, frontend, analyst or partner, not %q", c.Print.Audience))
	}
	contract, err := graph.NewContract(of)
	if err != nil {
		return fail(stderr, err)
	}
	sdl := contract.SDL
	if c.Print.Subgraph {
		sdl = graph.SubgraphSDL(contract)
	}
	_, _ = io.WriteString(stdout, sdl)
	return 0
}
