package telemetry

import (
	"context"
	"log/slog"

	"customer360/sources"
)

// Traced gives a handler whose lines have the id of the trace that their request belongs to,
// where there is one.
func Traced(h slog.Handler) slog.Handler { return traced{h} }

type traced struct{ slog.Handler }

func (t traced) Handle(ctx context.Context, r slog.Record) error {
	if trace := sources.RequestOf(ctx).Trace(); trace != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("trace", trace))
	}
	return t.Handler.Handle(ctx, r)
}

func (t traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{t.Handler.WithAttrs(attrs)} }

func (t traced) WithGroup(name string) slog.Handler { return traced{t.Handler.WithGroup(name)} }
