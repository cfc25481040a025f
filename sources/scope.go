package sources

import "context"

type scopeKey struct{}

// WithScope gives a context of an authorisation scope: nothing that was asked within
// one scope is given to another. Without it the scope is "".
func WithScope(ctx context.Context, scope string) context.Context {
	return context.WithValue(ctx, scopeKey{}, scope)
}

// ScopeOf gives the authorisation scope of a context.
func ScopeOf(ctx context.Context) string {
	scope, _ := ctx.Value(scopeKey{}).(string)
	return scope
}
