package operation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"weak"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"customer360/audit"
	"customer360/customer"
	"customer360/sources/profiles"
)

// This file records who read and changed what.

// noteRead notes customers whose data the operation reads.
func (o *Operation) noteRead(customers ...*profiles.Customer) {
	if o.caller.Credential == "" {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range customers {
		o.read = append(o.read, c.ID)
	}
}

// AskedBy notes what customers are asked by: the fields that are given of an input.
func (o *Operation) AskedBy(input string, given map[string]bool) {
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

// ChangesAs notes the name that the caller gave the change that is resolved, to be recorded with
// it. Fields of Mutation run one after the other.
func (o *Operation) ChangesAs(idempotencyKey string) { o.idempotencyKey = idempotencyKey }

// recorded says of an operation, once for all of its runs, what the log says of it.
type recorded struct {
	hash   string
	fields []string
}

// recordedOf gives what the log says of an operation's document.
func (s *Operations) recordedOf(op *graphql.OperationContext) *recorded {
	id := weak.Make(op.Operation)
	if r, ok := s.recorded.Get(id); ok {
		return r
	}
	sum := sha256.Sum256([]byte(op.RawQuery))
	r := &recorded{hex.EncodeToString(sum[:]), fieldsOf(op.Doc, op.Operation)}
	s.recorded.Add(id, r)
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

// Record writes an entry of the access log about some customers, beside the systems that are asked
// in the operation's own way. The error is for the client: what cannot be recorded is not to be
// done. Without a customer it says that one was looked for and is not there, which is something to
// know.
func (o *Operation) Record(ctx context.Context, action audit.Action, customers []string, systems ...string) error {
	r := o.all.recordedOf(o.context)
	o.mu.Lock()
	fields := r.fields
	if len(o.by) > 0 {
		fields = slices.Concat(fields, o.by)
		slices.Sort(fields)
		fields = slices.Compact(fields)
	}
	o.mu.Unlock()
	err := o.all.config.Audit.Record(audit.Entry{
		Action: action, At: o.context.Stats.OperationStart, Credential: o.caller.Credential, Audience: o.caller.Audience, Purpose: o.caller.Purpose,
		Operation: o.context.Operation.Name, OperationHash: r.hash, RequestID: o.all.config.RequestID(ctx),
		IdempotencyKey: o.idempotencyKey, Customers: customers, Fields: fields, Sources: append(o.askedSystems(), systems...),
	})
	if err != nil {
		return unrecorded()
	}
	return nil
}

func unrecorded() *customer.Error {
	return &customer.Error{Code: customer.CodeUnavailable, Message: "The audit log cannot record this read, so it is refused. Try again.", Retryable: true}
}

// askedSystems gives the names of the systems that were sent keys.
func (o *Operation) askedSystems() []string {
	var names []string
	names = o.billing.asked(names)
	names = o.support.asked(names)
	return o.social.asked(names)
}

// refuseUnrecorded refuses an operation while nothing can be recorded of it.
func (s *Operations) refuseUnrecorded(ctx context.Context) *gqlerror.Error {
	caller := callerOf(ctx)
	if caller.Credential == "" || s.config.Audit.Ready(caller.Audience) == nil {
		return nil
	}
	return gqlerror.WrapIfUnwrapped(unrecorded())
}

// recordRead records what the operation has read, and withholds it if it cannot be recorded.
func (o *Operation) recordRead(ctx context.Context, response *graphql.Response) {
	if o.caller.Credential == "" || o.context.Operation.Operation == ast.Mutation {
		return
	}
	o.mu.Lock()
	slices.Sort(o.read)
	customers := slices.Compact(o.read)
	o.mu.Unlock()
	// Who is not there is something to know, too.
	if len(customers) == 0 && !o.needed {
		return
	}
	if err := o.Record(ctx, audit.Read, customers); err != nil {
		response.Data = []byte("null")
		graphql.AddError(ctx, err)
		response.Errors = gqlerror.List{gqlerror.WrapIfUnwrapped(err)}
	}
}
