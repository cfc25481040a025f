package resolvers

import (
	"context"
	"strings"

	"customer360/customer"
	"customer360/graph"
	"customer360/resolvers/operation"
	"customer360/sources"
	"customer360/sources/profiles"
)

// lookUp finds a customer by an identifier; nil: there is none.
func (q query) lookUp(ctx context.Context, by graph.CustomerBy) (*profiles.Customer, error) {
	o := operation.Of(ctx)
	o.AskedBy("CustomerBy", map[string]bool{"id": by.ID != nil, "email": by.Email != nil, "phone": by.Phone != nil, "record": by.Record != nil, "handle": by.Handle != nil})
	given := 0
	for _, is := range []bool{by.ID != nil, by.Email != nil, by.Phone != nil, by.Record != nil, by.Handle != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, customer.BadInput("`by` needs exactly one of " + q.fieldsOf("CustomerBy"))
	}
	for _, asked := range []struct {
		given bool
		input string
	}{{by.Email != nil, "email"}, {by.Phone != nil, "phone"}, {by.Handle != nil || by.Record != nil && by.Record.Source == profiles.Social, "handle"}} {
		if asked.given {
			if err := o.MayAskBy("CustomerBy." + asked.input); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case by.ID != nil:
		id, err := o.ParseID(*by.ID)
		if err != nil {
			return nil, customer.BadInput("`by.id`: " + err.Error())
		}
		if id.Type != "Customer" || len(id.Parts) != 2 {
			hint := ""
			if q.config.Contract.ShowsField("CustomerBy", "record") {
				hint = "; the company's own key goes into `by.record`"
			}
			return nil, customer.BadInput("`by.id` must be the id of a Customer" + hint)
		}
		if id.Parts[0] != q.spine {
			return nil, nil
		}
		return o.Customer(ctx, id.Parts[1])
	case by.Record != nil:
		record := sources.OnlyVisible(by.Record.RecordID)
		if by.Record.Source == profiles.Profile {
			if by.Record.System != q.spine {
				return nil, nil
			}
			return o.Customer(ctx, record)
		}
		c, err := o.CustomerOfRecord(ctx, by.Record.Source, by.Record.System, record)
		if c != nil && o.Refused(by.Record.Source, c) != nil {
			c = nil
		}
		return c, err
	}
	var identifier profiles.Identifier
	var err error
	switch {
	case by.Email != nil:
		identifier, err = profiles.EmailIdentifier(*by.Email)
	case by.Phone != nil:
		identifier, err = profiles.PhoneIdentifier(*by.Phone)
	default:
		identifier, err = profiles.HandleIdentifier(by.Handle.Network, by.Handle.Handle)
	}
	if err != nil {
		return nil, customer.BadInput("`by`: " + err.Error())
	}
	found, err := o.Find(ctx, identifier)
	switch {
	case err != nil:
		return nil, err
	case len(found) > 1:
		return nil, &customer.Error{Code: customer.CodeAmbiguous, Message: "several customers share this identifier: list them with `customers(where:)`"}
	case len(found) == 0:
		return nil, nil
	}
	return found[0], nil
}

// fieldsOf lists the fields of a type that the contract has, for a message.
func (q query) fieldsOf(typ string) string {
	var names []string
	for _, f := range q.config.Contract.Schema.Types[typ].Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}
