package graphqlhttp

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/customer"
	"customer360/sources"
	"customer360/sources/profiles"
)

// An error reaches clients as it was written only if it was written for them.
func TestPresent(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	field := &graphql.FieldContext{Field: graphql.CollectedField{Field: &ast.Field{Alias: "billing"}}}
	ctx := graphql.WithFieldContext(sources.WithRequest(context.Background(), &sources.Request{ID: "ID"}), field)
	ctx = graphql.WithResponseContext(ctx, present(log), recovered(log))
	argument := graphql.WithPathContext(ctx, graphql.NewPathWithField("since"))
	coded := gqlerror.Errorf("there is no such field")
	coded.Extensions = map[string]any{"code": "GRAPHQL_VALIDATION_FAILED"}
	for name, test := range map[string]struct {
		err  error
		code any
		text string
	}{
		"of a driver":          {errors.New("dial postgres://me:s3cr3t@db/crm failed"), customer.CodeInternal, "request id"},
		"of a driver, wrapped": {gqlerror.WrapPath(graphql.GetPath(ctx), errors.New("dial postgres://me:s3cr3t@db/crm failed")), customer.CodeInternal, "request id"},
		"a panic":              {recovered(log)(ctx, "s3cr3t"), customer.CodeInternal, "request id"},
		"a null":               {errors.New("the requested element is null which the schema does not allow"), customer.CodeInternal, "request id"},
		"of a source":          {customer.SourceError(profiles.Billing, &sources.Error{Kind: sources.TimedOut, Err: errors.New("s3cr3t")}), customer.ErrorCode("TIMED_OUT"), "BILLING did not answer in time"},
		"of a validator":       {coded, "GRAPHQL_VALIDATION_FAILED", "no such field"},
		"of an argument":       {graphql.ErrorOnPath(argument, errors.New("a DateTime is a string")), customer.CodeBadUserInput, "a DateTime is a string"},
	} {
		graphql.AddError(ctx, test.err)
		all := graphql.GetErrors(ctx)
		got := all[len(all)-1]
		if got.Extensions["code"] != test.code || !strings.Contains(got.Message, test.text) || strings.Contains(got.Error(), "s3cr3t") {
			t.Errorf("an error %s: %q, %v; want %v, %q", name, got.Message, got.Extensions, test.code, test.text)
		}
		if got.Extensions["code"] == customer.CodeInternal && got.Extensions["requestId"] != "ID" {
			t.Errorf("an error %s has no request id", name)
		}
	}
}
