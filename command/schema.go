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
		Audience string `default:"internal" help:"Whose contract: internal, frontend, partner or analyst."`
		Subgraph bool   `help:"As a subgraph of Apollo Federation."`
	} `cmd:"" help:"Print the contract of an audience: the part of the schema that it sees."`
}

// runSchema runs a command about the schema, and gives the exit code.
func runSchema(c schemaFlags, stdout, stderr io.Writer) int {
	of, ok := access.ParseAudience(c.Print.Audience)
	if !ok {
		return fail(stderr, fmt.Errorf("--audience is internal, frontend, partner or analyst, not %q", c.Print.Audience))
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
