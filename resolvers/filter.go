package resolvers

import (
	"cmp"
	"context"
	"slices"

	"customer360/customer"
	"customer360/graph"
	"customer360/resolvers/operation"
	"customer360/sources/profiles"
)

// maxConditions bounds all filters of an operation, maxValues a list inside one: a filter is
// a query that the store has to run. As many bytes of text as textCondition are one condition more:
// what is folded grows, and a store compares it.
const (
	maxConditions = 100
	maxValues     = 100
	textCondition = 1000
)

// condition counts conditions before anything is made of them.
func condition(o *operation.Operation, n int) error {
	if o.Conditions(min(n, maxConditions+1)) > maxConditions {
		return customer.BadInput("`where` has too many conditions: at most 100 per operation, where each word of `hasWord` and each 1,000 bytes of text count as one")
	}
	return nil
}

// texts counts what is looked for as condition does.
func texts(o *operation.Operation, all ...string) error {
	bytes := 0
	for _, t := range all {
		bytes += len(t)
	}
	return condition(o, bytes/textCondition)
}

// maxNesting bounds filters in filters: a store takes no document of any depth, MongoDB one of a
// hundred, and a filter is two for each.
const maxNesting = 20

// where gives a filter as filter does, if it is not nested too deeply for a store; nil is everybody.
func (q query) where(ctx context.Context, f *graph.CustomerFilter) (profiles.Filter, error) {
	if f == nil {
		return profiles.Filter{}, nil
	}
	if nestedIn(f, maxNesting) {
		return profiles.Filter{}, customer.BadInput("`where` is nested too deep: at most 20 levels")
	}
	return q.filter(ctx, f)
}

// nestedIn reports whether a filter has more levels than so many.
func nestedIn(f *graph.CustomerFilter, levels int) bool {
	deeper := func(f *graph.CustomerFilter) bool { return nestedIn(f, levels-1) }
	return levels == 0 || slices.ContainsFunc(f.And, deeper) || slices.ContainsFunc(f.Or, deeper) || f.Not != nil && deeper(f.Not)
}

// filter gives a filter in the spine's words, its values normalised.
func (q query) filter(ctx context.Context, f *graph.CustomerFilter) (profiles.Filter, error) {
	var out profiles.Filter
	o := operation.Of(ctx)
	if err := condition(o, 1+len(f.Attributes)); err != nil {
		return out, err
	}
	o.AskedBy("CustomerFilter", map[string]bool{
		"ids": f.Ids != nil, "name": f.Name != nil, "email": f.Email != nil, "phone": f.Phone != nil, "createdAt": f.CreatedAt != nil, "link": f.Link != nil,
	})
	for _, by := range []struct {
		given bool
		input string
	}{{f.Name != nil, "name"}, {f.Email != nil, "email"}, {f.Phone != nil, "phone"}} {
		if by.given {
			if err := o.MayAskBy("CustomerFilter." + by.input); err != nil {
				return out, err
			}
		}
	}
	var err error
	if out.And, err = q.filters(ctx, f.And); err != nil {
		return out, err
	}
	if f.Or != nil {
		if len(f.Or) == 0 {
			return out, customer.BadInput("`or` needs at least one condition")
		}
		if slices.ContainsFunc(f.Or, saysNothing) {
			return out, customer.BadInput("a condition of `or` is empty and matches everybody: leave it out")
		}
		if out.Or, err = q.filters(ctx, f.Or); err != nil {
			return out, err
		}
	}
	if f.Not != nil {
		not, err := q.filter(ctx, f.Not)
		if err != nil {
			return out, err
		}
		out.Not = &not
	}
	if f.Ids != nil {
		if out.IDs, err = q.keys(o, f.Ids); err != nil {
			return out, err
		}
	}
	if n := f.Name; n != nil {
		if len(n.In) > maxValues {
			return out, customer.BadInput("`name.in` has too many values: at most 100")
		}
		if err := cmp.Or(texts(o, n.In...), texts(o, deref(n.Eq), deref(n.StartsWith))); err != nil {
			return out, err
		}
		out.Name = &profiles.TextFilter{Eq: folded(n.Eq), StartsWith: folded(n.StartsWith)}
		if s := out.Name.StartsWith; s != nil && *s == "" {
			return out, customer.BadInput("`name.startsWith` is empty and matches everybody: leave it out")
		}
		for _, v := range n.In {
			out.Name.In = append(out.Name.In, profiles.FoldName(v))
		}
		if n.HasWord != nil {
			if out.Name.HasWords, err = wordsAsked(*n.HasWord); err == nil {
				err = condition(o, len(out.Name.HasWords)-1)
			}
			if err != nil {
				return out, err
			}
		}
		if n.In != nil && out.Name.In == nil {
			out.Name.In = []string{}
		}
	}
	if f.Email != nil {
		if out.Identifier, err = profiles.EmailIdentifier(*f.Email); err != nil {
			return out, customer.BadInput("`where.email`: " + err.Error())
		}
	}
	if f.Phone != nil {
		phone, err := profiles.PhoneIdentifier(*f.Phone)
		if err != nil {
			return out, customer.BadInput("`where.phone`: " + err.Error())
		}
		out.And = append(out.And, profiles.Filter{Identifier: phone})
	}
	if f.Attributes != nil {
		if out.Attributes, err = q.attributes(ctx, f.Attributes); err != nil {
			return out, err
		}
	}
	if c := f.CreatedAt; c != nil {
		out.CreatedAt = &profiles.TimeFilter{Gt: c.Gt, Gte: c.Gte, Lt: c.Lt, Lte: c.Lte}
	}
	if l := f.Link; l != nil {
		if err := o.MayAskWhoIsLinked(l.Source); err != nil {
			return out, err
		}
		out.Link = &profiles.LinkFilter{Source: l.Source, Exists: l.Exists == nil || *l.Exists}
		if l.System != nil {
			if *l.System == "" {
				return out, customer.BadInput("`link.system` is empty: leave it out for any system of the source")
			}
			out.Link.System = *l.System
		}
	}
	return out, nil
}

// saysNothing reports whether a filter has no condition at all, on whatever level.
func saysNothing(f *graph.CustomerFilter) bool {
	n, c := f.Name, f.CreatedAt
	return !slices.ContainsFunc(f.And, func(f *graph.CustomerFilter) bool { return !saysNothing(f) }) &&
		f.Or == nil && f.Not == nil && f.Ids == nil && f.Email == nil && f.Phone == nil && len(f.Attributes) == 0 && f.Link == nil &&
		(n == nil || n.Eq == nil && n.In == nil && n.StartsWith == nil && n.HasWord == nil) &&
		(c == nil || c.Gt == nil && c.Gte == nil && c.Lt == nil && c.Lte == nil)
}

func (q query) filters(ctx context.Context, all []*graph.CustomerFilter) ([]profiles.Filter, error) {
	var out []profiles.Filter
	for _, f := range all {
		sub, err := q.filter(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, sub)
	}
	return out, nil
}

// keys gives the profile keys of customers' ids. An id of something else, or of
// another spine, is nobody's.
func (q query) keys(o *operation.Operation, ids []string) ([]string, error) {
	if len(ids) > maxValues {
		return nil, customer.BadInput("`where.ids` has too many values: at most 100")
	}
	keys := []string{}
	for _, text := range ids {
		id, err := o.ParseID(text)
		if err != nil {
			return nil, customer.BadInput("`where.ids`: " + err.Error())
		}
		if id.Type == "Customer" && len(id.Parts) == 2 && id.Parts[0] == q.spine {
			keys = append(keys, id.Parts[1])
		}
	}
	return keys, nil
}

func (q query) attributes(ctx context.Context, all []*graph.AttributeFilter) ([]profiles.AttributeFilter, error) {
	o := operation.Of(ctx)
	defs, err := o.Definitions(ctx)
	if err != nil {
		return nil, err
	}
	var out []profiles.AttributeFilter
	for _, a := range all {
		i := slices.IndexFunc(defs, func(d profiles.Definition) bool { return d.Key == a.Key })
		if i < 0 {
			return nil, customer.BadInput("`where.attributes`: unknown key; `attributeDefinitions` lists the attributes")
		}
		o.AskedBy("CustomerFilter", map[string]bool{"attributes(" + a.Key + ")": true})
		if a.Eq != nil || a.In != nil {
			if err := o.MayAskByValue(a.Key); err != nil {
				return nil, err
			}
		}
		if a.Eq == nil && a.In == nil && a.Exists == nil {
			return nil, customer.BadInput("`where.attributes`: a condition is empty: give `eq`, `in` or `exists`")
		}
		values := a.In
		if len(values) > maxValues {
			return nil, customer.BadInput("`where.attributes.in` has too many values: at most 100")
		}
		if err := cmp.Or(texts(o, values...), texts(o, deref(a.Eq))); err != nil {
			return nil, err
		}
		f := profiles.AttributeFilter{Key: a.Key, Exists: a.Exists}
		if values != nil {
			f.In = []string{}
		}
		for _, v := range values {
			text, err := defs[i].Type.Canonical(v)
			if err != nil {
				return nil, customer.BadInput("`where.attributes`: " + err.Error())
			}
			f.In = append(f.In, text)
		}
		out = append(out, f)
		if a.Eq != nil {
			text, err := defs[i].Type.Canonical(*a.Eq)
			if err != nil {
				return nil, customer.BadInput("`where.attributes`: " + err.Error())
			}
			out = append(out, profiles.AttributeFilter{Key: a.Key, In: []string{text}})
		}
	}
	return out, nil
}

// maxWords bounds the words that are asked for at once: each is a range of an index. maxWordsText bounds
// the text, in bytes.
const (
	maxWords     = 10
	maxWordsText = 1000
)

func wordsAsked(text string) ([]string, error) {
	if len(text) > maxWordsText {
		return nil, customer.BadInput("`name.hasWord` is too long: at most 1,000 bytes")
	}
	asked := profiles.WordsAsked(text)
	if len(asked) == 0 || len(asked) > maxWords {
		return nil, customer.BadInput("`name.hasWord` takes one to ten words, with a letter or a digit in each")
	}
	return asked, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func folded(s *string) *string {
	if s == nil {
		return nil
	}
	f := profiles.FoldName(*s)
	return &f
}
