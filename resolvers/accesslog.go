package resolvers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/access"
	"customer360/audit"
	"customer360/customer"
	"customer360/graph"
	"customer360/graph/relay"
	"customer360/sources/profiles"
)

// This file records who read what, and gives it back.

// saw notes customers whose data an operation reads.
func (o *operation) saw(customers ...*profiles.Customer) {
	if o.caller.Credential == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range customers {
		o.seen = append(o.seen, c.ID)
	}
}

// askedBy notes what customers are asked by: the fields that are given of an input.
func (o *operation) askedBy(input string, given map[string]bool) {
	if o.caller.Credential == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for field, is := range given {
		if is {
			o.by = append(o.by, input+"."+field)
		}
	}
}

// recorded says of an operation, once for all of its runs, what the log says of it.
type recorded struct {
	hash   string
	fields []string
}

// recordedOf gives what the log says of an operation's document.
func (g *Graph) recordedOf(op *graphql.OperationContext) *recorded {
	id := weak.Make(op.Operation)
	if r, ok := g.recorded.Get(id); ok {
		return r
	}
	sum := sha256.Sum256([]byte(op.RawQuery))
	r := &recorded{hex.EncodeToString(sum[:]), fieldsOf(op.Doc, op.Operation)}
	g.recorded.Add(id, r)
	return r
}

// fieldsOf gives the coordinates of all fields of an operation that hold what a customer or a
// record is, and of what was asked by, sorted: of pages and edges they say nothing.
func fieldsOf(doc *ast.QueryDocument, op *ast.OperationDefinition) []string {
	var all []string
	seen := map[string]bool{}
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				if owner := s.ObjectDefinition; owner != nil && !strings.HasPrefix(s.Name, "__") && !strings.HasSuffix(owner.Name, "Connection") && !strings.HasSuffix(owner.Name, "Edge") && owner.Name != "PageInfo" {
					all = append(all, owner.Name+"."+s.Name)
					for _, a := range s.Arguments {
						if owner.Name == "Query" && a.Name != "first" && a.Name != "after" {
							all = append(all, owner.Name+"."+s.Name+"("+a.Name+":)")
						}
					}
				}
				walk(s.SelectionSet)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[s.Name] {
					seen[s.Name] = true
					walk(doc.Fragments.ForName(s.Name).SelectionSet)
				}
			}
		}
	}
	walk(op.SelectionSet)
	slices.Sort(all)
	return slices.Compact(all)
}

// record writes an entry about a customer, beside the systems that are asked in the resolvers'
// own way. The error is for the client: what cannot be recorded is not to be done.
func (g *Graph) record(ctx context.Context, action audit.Action, customer string, systems ...string) error {
	return g.enter(ctx, action, []string{customer}, systems)
}

func (g *Graph) enter(ctx context.Context, action audit.Action, customers, systems []string) error {
	o := operationOf(ctx)
	r := g.recordedOf(o.context)
	o.mu.Lock()
	fields := r.fields
	if len(o.by) > 0 {
		fields = slices.Concat(fields, o.by)
		slices.Sort(fields)
		fields = slices.Compact(fields)
	}
	o.mu.Unlock()
	err := g.config.Audit.Record(audit.Entry{
		Action: action, At: o.context.Stats.OperationStart, Credential: o.caller.Credential, Audience: o.caller.Audience, Purpose: o.caller.Purpose,
		Operation: o.context.Operation.Name, OperationHash: r.hash, RequestID: g.config.RequestID(ctx),
		IdempotencyKey: o.idempotencyKey, Customers: customers, Fields: fields, Sources: append(o.askedSystems(), systems...),
	})
	if err != nil {
		return unrecorded()
	}
	return nil
}

func unrecorded() *customer.Error {
	return &customer.Error{Code: customer.CodeUnavailable, Message: "who reads what cannot be recorded at present, and without that nothing is given: try again", Retryable: true}
}

// askedSystems gives the names of the systems that were sent keys.
func (o *operation) askedSystems() []string {
	var names []string
	names = o.billing.asked(names)
	names = o.support.asked(names)
	return o.social.asked(names)
}

// refuseUnrecorded refuses an operation while nothing can be recorded of it.
func (g *Graph) refuseUnrecorded(ctx context.Context) *gqlerror.Error {
	caller := callerOf(ctx)
	if caller.Credential == "" || g.config.Audit.Ready(caller.Audience) == nil {
		return nil
	}
	return gqlerror.WrapIfUnwrapped(unrecorded())
}

// recordRead records what an operation has read, and withholds it if it cannot be recorded.
func (g *Graph) recordRead(ctx context.Context, o *operation, response *graphql.Response) {
	if o.caller.Credential == "" || o.context.Operation.Operation == ast.Mutation {
		return
	}
	o.mu.Lock()
	slices.Sort(o.seen)
	customers := slices.Compact(o.seen)
	o.mu.Unlock()
	// Who is not there is something to know, too.
	if len(customers) == 0 && !o.needed {
		return
	}
	if err := g.enter(ctx, audit.Read, customers, nil); err != nil {
		response.Data = []byte("null")
		graphql.AddError(ctx, err)
		response.Errors = gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
}

const accessLogList = "accessLog"

func (r customerResolver) AccessLog(ctx context.Context, c *profiles.Customer, first *int, after *string) (*graph.AccessLogConnection, error) {
	limit, err := relay.First(first, r.config.PageCap)
	if err != nil {
		return nil, customer.BadInput(err.Error())
	}
	var position *audit.Position
	if after != nil {
		cursor, err := relay.ParseCursor(accessLogList, r.policy.open(operationOf(ctx).caller, *after))
		if err != nil {
			return nil, customer.BadInput(err.Error())
		}
		position = &audit.Position{At: cursor.At, ID: cursor.Key}
	}
	if r.config.AccessLog == nil {
		return nil, &customer.Error{Code: customer.CodeNotConfigured, Message: "this gateway keeps no access log"}
	}
	page, err := r.config.AccessLog.List(ctx, c.ID, position, max(limit, 1))
	if err != nil {
		return nil, errors.Join(&customer.Error{Code: customer.CodeUnavailable, Message: "the access log cannot be read at present", Retryable: true}, err)
	}
	entries := make([]*audit.Listed, len(page.Entries))
	for i := range page.Entries {
		entries[i] = &page.Entries[i]
	}
	if limit == 0 {
		page.HasMore, entries = len(entries) > 0, nil
	}
	return relay.NewPage(entries, after != nil, page.HasMore, func(i int) string {
		return relay.Cursor{List: accessLogList, At: entries[i].At, Key: entries[i].ID}.String()
	}), nil
}

func (r customerResolver) EmailHash(ctx context.Context, c *profiles.Customer) (*string, error) {
	email, err := profiles.NormalizeEmail(c.Email())
	if err != nil {
		return nil, nil //nolint:nilerr // Nobody could make the same of what is none.
	}
	return r.pseudonym(ctx, email)
}

func (r customerResolver) PhoneHash(ctx context.Context, c *profiles.Customer) (*string, error) {
	phone, err := profiles.NormalizePhone(c.Phone())
	if err != nil {
		return nil, nil //nolint:nilerr // as above
	}
	return r.pseudonym(ctx, phone)
}

// pseudonym gives a value's surrogate for the caller's partner; nil where there is none.
func (r customerResolver) pseudonym(ctx context.Context, value string) (*string, error) {
	partner := operationOf(ctx).caller.Partner
	if partner == "" || r.config.Matching == nil {
		return nil, nil
	}
	p := access.Pseudonym(access.Salt(r.config.Matching, partner), value)
	return &p, nil
}

type accessLogEntryResolver struct{}

// AccessLogEntry resolves entries of the access log.
func (g *Graph) AccessLogEntry() graph.AccessLogEntryResolver { return accessLogEntryResolver{} }

func (accessLogEntryResolver) Action(_ context.Context, e *audit.Listed) (string, error) {
	return string(e.Action), nil
}

func (accessLogEntryResolver) Audience(_ context.Context, e *audit.Listed) (string, error) {
	return string(e.Audience), nil
}
