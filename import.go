package main

import (
	"context"
	"io"

	"customer360/internal/config"
)

type importFlags struct {
	config.Store
}

func runImport(ctx context.Context, f importFlags, stdout, stderr io.Writer) int { return 0 }
