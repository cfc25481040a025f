package operation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/dunglas/httpsfv"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/customer"
)

// Headers say what extensions and @freshness say, for clients of a router, which does not pass
// those on. They are structured fields, RFC 9651.
const (
	purposeHeader      = "C360-Purpose"
	freshnessHeader    = "C360-Freshness"
	sourceErrorsHeader = "C360-Source-Errors"

	headerPrefix = "C360-"
)

// readHeaders writes what the headers of a request say into the operation's extensions, which all
// that follows reads. What is misspelt is refused, as is what the extension says otherwise:
// whichever was dropped, its sender would never know.
func (p *policy) readHeaders(op *graphql.OperationContext) *gqlerror.Error {
	wished := false
	for name := range op.Headers {
		if !strings.HasPrefix(name, headerPrefix) {
			continue
		}
		switch name {
		case purposeHeader, freshnessHeader, sourceErrorsHeader:
			wished = true
		default:
			return badHeader(name, "unknown header; known are %s, %s and %s", purposeHeader, freshnessHeader, sourceErrorsHeader)
		}
	}
	if !wished {
		return nil
	}
	if op.Headers[freshnessHeader] != nil && p.contract.Schema.Directives["freshness"] == nil {
		return badHeader(freshnessHeader, "the contract of this credential does not have this option: leave the header out")
	}
	for _, header := range []struct {
		name, extension, allowed string
		ok                       func(string) bool
	}{
		{purposeHeader, "purpose", "one word such as marketing, or a text in double quotes", access.IsPurpose},
		{sourceErrorsHeader, "sourceErrors", "status or errors", func(s string) bool { return s == "status" || s == "errors" }},
	} {
		values := op.Headers[header.name]
		if values == nil {
			continue
		}
		item, err := httpsfv.UnmarshalItem(values)
		text, ok := textOf(item.Value)
		if err != nil || !ok || !header.ok(text) || len(item.Params.Names()) > 0 {
			return badHeader(header.name, "the value must be %s", header.allowed)
		}
		if said := op.Extensions[header.extension]; said != nil && said != text {
			return badHeader(header.name, "contradicts `extensions.%s`: send only one of them, or the same in both", header.extension)
		}
		op.Extensions = maps.Clone(op.Extensions)
		if op.Extensions == nil {
			op.Extensions = map[string]any{}
		}
		op.Extensions[header.extension] = text
	}
	return nil
}

func badHeader(name, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf("%s: %s.", name, fmt.Sprintf(format, args...))
	err.Extensions = map[string]any{"code": customer.CodeBadUserInput}
	return err
}

// textOf gives what stands in a header as a word, or as a text in quotes.
func textOf(bare any) (string, bool) {
	switch v := bare.(type) {
	case httpsfv.Token:
		return string(v), true
	case string:
		return v, true
	}
	return "", false
}

// freshnessArguments are the arguments of @freshness by the names that header parameters may have,
// which are in lower case.
var freshnessArguments = map[string]string{"max-age": "maxAge", "on-error": "onError", "max-stale": "maxStale", "deadline": "deadline"}

const freshnessForm = `write it like BILLING;max-age=PT1M, (SUPPORT SOCIAL);deadline=PT0.5S, *;on-error=SERVE_STALE, where * means all sources`

// freshnessHeaders gives the arguments of the @freshness directives that a header stands for.
func freshnessHeaders(values []string) ([]map[string]any, *gqlerror.Error) {
	if values == nil {
		return nil, nil
	}
	list, err := httpsfv.UnmarshalList(values)
	if err != nil {
		return nil, badHeader(freshnessHeader, "the value is not a list (RFC 9651): %s", freshnessForm)
	}
	var all []map[string]any
	for _, member := range list {
		items, params := []httpsfv.Item{}, (*httpsfv.Params)(nil)
		switch m := member.(type) {
		case httpsfv.Item:
			items, params = append(items, m), m.Params
		case httpsfv.InnerList:
			items, params = m.Items, m.Params
		}
		arguments, bad := freshnessParams(params)
		if bad != nil {
			return nil, bad
		}
		everywhere := len(items) == 1 && items[0].Value == httpsfv.Token("*")
		named := []any{}
		for _, item := range items {
			word, ok := item.Value.(httpsfv.Token)
			if _, inner := member.(httpsfv.InnerList); !ok || inner && len(item.Params.Names()) > 0 {
				return nil, badHeader(freshnessHeader, "want each member to begin with a source, or with several in parentheses: %s", freshnessForm)
			}
			named = append(named, string(word))
		}
		if !everywhere {
			arguments["sources"] = named
		}
		all = append(all, arguments)
	}
	return all, nil
}

func freshnessParams(params *httpsfv.Params) (map[string]any, *gqlerror.Error) {
	arguments := map[string]any{}
	for _, name := range params.Names() {
		argument, ok := freshnessArguments[name]
		if !ok {
			return nil, badHeader(freshnessHeader, "unknown parameter %s; known are %s", name, strings.Join(slices.Sorted(maps.Keys(freshnessArguments)), ", "))
		}
		value, _ := params.Get(name)
		text, ok := textOf(value)
		switch {
		case argument == "onError" && text != "SERVE_STALE" && text != "FAIL":
			return nil, badHeader(freshnessHeader, "on-error must be SERVE_STALE or FAIL")
		case !ok:
			return nil, badHeader(freshnessHeader, "%s must be an ISO 8601 duration, such as PT1M", name)
		}
		arguments[argument] = text
	}
	return arguments, nil
}
