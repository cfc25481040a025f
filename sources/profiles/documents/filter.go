package documents

import (
	"regexp"

	"go.mongodb.org/mongo-driver/v2/bson"

	"customer360/sources/profiles"
)

// filter gives a filter in MongoDB's words. Values stand in values only, never in
// keys or operators, so that a caller cannot write a query of their own.
func filter(f profiles.Filter) bson.D {
	var all []bson.D
	is := func(field string, condition any) { all = append(all, bson.D{{Key: field, Value: condition}}) }
	for _, sub := range f.And {
		all = append(all, filter(sub))
	}
	if f.Or != nil {
		some := make(bson.A, len(f.Or))
		for i, sub := range f.Or {
			some[i] = filter(sub)
		}
		is("$or", some)
	}
	if f.Not != nil {
		is("$nor", bson.A{filter(*f.Not)})
	}
	if f.IDs != nil {
		is("_id", in(f.IDs))
	}
	if n := f.Name; n != nil {
		if n.Eq != nil {
			is("nameKey", *n.Eq)
		}
		if n.In != nil {
			is("nameKey", in(n.In))
		}
		if n.StartsWith != nil {
			// No name has a character behind U+10FFFF.
			is("nameKey", bson.D{{Key: "$gte", Value: *n.StartsWith}, {Key: "$lt", Value: *n.StartsWith + "\U0010FFFF"}})
		}
	}
	if f.Name != nil {
		for _, word := range f.Name.HasWords {
			// As of attributes: an anchored prefix is a range on the index.
			is("nameWords", bson.Regex{Pattern: "^" + regexp.QuoteMeta(word)})
		}
	}
	if f.Identifier != "" {
		is("identifiers", string(f.Identifier))
	}
	for _, a := range f.Attributes {
		if a.In != nil {
			words := make([]string, len(a.In))
			for i, v := range a.In {
				words[i] = a.Key + "=" + v
			}
			is("attributes", in(words))
		}
		if a.Exists != nil {
			// An anchored prefix is a range on the index; $gte and $lt on an array
			// could be met by two different words.
			has := bson.D{{Key: "attributes", Value: bson.Regex{Pattern: "^" + regexp.QuoteMeta(a.Key) + "="}}}
			all = append(all, yesOrNo(has, *a.Exists))
		}
	}
	if c := f.CreatedAt; c != nil {
		var bounds bson.D
		if c.Gt != nil {
			bounds = append(bounds, bson.E{Key: "$gt", Value: *c.Gt})
		}
		if c.Gte != nil {
			bounds = append(bounds, bson.E{Key: "$gte", Value: *c.Gte})
		}
		if c.Lt != nil {
			bounds = append(bounds, bson.E{Key: "$lt", Value: *c.Lt})
		}
		if c.Lte != nil {
			bounds = append(bounds, bson.E{Key: "$lte", Value: *c.Lte})
		}
		if bounds != nil {
			is("createdAt", bounds)
		}
	}
	if l := f.Link; l != nil {
		has := bson.D{{Key: "linked", Value: linkWord(l.Source, l.System)}}
		if l.Source == profiles.Profile {
			// Every customer has a profile.
			has = bson.D{}
		}
		all = append(all, yesOrNo(has, l.Exists))
	}
	if r := f.Record; r != nil {
		is("records", recordWord(r.Source, r.System, r.RecordID))
	}
	return and(all...)
}

func and(all ...bson.D) bson.D {
	var some bson.A
	for _, d := range all {
		if len(d) > 0 {
			some = append(some, d)
		}
	}
	switch len(some) {
	case 0:
		return bson.D{}
	case 1:
		return some[0].(bson.D)
	}
	return bson.D{{Key: "$and", Value: some}}
}

func in[T any](values []T) bson.D { return bson.D{{Key: "$in", Value: values}} }

func yesOrNo(condition bson.D, yes bool) bson.D {
	if yes {
		return condition
	}
	return bson.D{{Key: "$nor", Value: bson.A{condition}}}
}

func orderField(o profiles.Order) string {
	switch o.Field {
	case profiles.ByName:
		return "nameKey"
	case profiles.ByUpdatedAt:
		return "updatedAt"
	}
	return "createdAt"
}

// after gives the condition of what comes behind a position. MongoDB sorts what has
// no value before all values, and no comparison finds it: it is asked for by null.
func after(field string, o profiles.Order, p profiles.Position) bson.D {
	beyond := "$gt"
	if o.Descending {
		beyond = "$lt"
	}
	var value any
	if !p.Missing {
		value = p.At
		if o.Field == profiles.ByName {
			value = p.Name
		}
	}
	some := bson.A{bson.D{{Key: field, Value: value}, {Key: "_id", Value: bson.D{{Key: beyond, Value: p.ID}}}}}
	switch {
	case !p.Missing:
		some = append(some, bson.D{{Key: field, Value: bson.D{{Key: beyond, Value: value}}}})
		if o.Descending {
			some = append(some, bson.D{{Key: field, Value: nil}})
		}
	case !o.Descending:
		some = append(some, bson.D{{Key: field, Value: bson.D{{Key: "$ne", Value: nil}}}})
	}
	return bson.D{{Key: "$or", Value: some}}
}

// linkWord gives the word that a linked system is found by; an empty system
// stands for any of the source.
func linkWord(source profiles.SourceName, system string) string {
	if system == "" {
		return string(source)
	}
	return string(source) + "/" + system
}

func recordWord(source profiles.SourceName, system, recordID string) string {
	return string(source) + "/" + system + "/" + recordID
}
