// Command contracts writes the folder contracts: what each audience sees of the schema, and
// the schema as a subgraph; and the schema that the benchmark's peers are built from. It is
// run by go generate, after the graph was generated.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"customer360/access"
	"customer360/graph"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate() error {
	// go generate starts in the folder of the directive.
	for _, a := range access.Audiences {
		c, err := graph.NewContract(a)
		if err != nil {
			return err
		}
		files := map[string]string{"contracts/" + strings.ToLower(string(a)): c.SDL}
		switch a {
		case access.Internal:
			files["contracts/subgraph"] = graph.SubgraphSDL(c)
		case access.Frontend:
			files["bench/peers/schema"] = graph.PlainSDL(c)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join("..", filepath.FromSlash(name)+".graphqls"), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
