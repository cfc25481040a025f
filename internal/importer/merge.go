package importer

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"customer360/sources/profiles"
)

// How two things that are said of one customer or record become one: what is known
// later wins, field by field, and what is not known changes nothing; entries of
// lists are told apart by their keys, and all of them stay.

// mergeRecord says of a record what another one of the same type says: both are
// pointers to structs.
func mergeRecord(into, from any) {
	mergeStruct(reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem())
}

func mergeStruct(into, from reflect.Value) {
	for i := range from.NumField() {
		a, b := into.Field(i), from.Field(i)
		switch {
		case b.IsZero():
		case into.Type().Field(i).Anonymous:
			mergeStruct(a, b)
		case isFacts(a.Type()):
			for j := range b.Len() {
				mergeFact(a, b.Index(j))
			}
		default:
			a.Set(b)
		}
	}
}

// mergeFacts adds a fact to a list, or to the fact of the same key in it.
func mergeFacts[T any](list *[]*T, one *T) {
	mergeFact(reflect.ValueOf(list).Elem(), reflect.ValueOf(one))
}

func mergeFact(list, one reflect.Value) {
	for i := range list.Len() {
		if factKey(list.Index(i)) == factKey(one) {
			mergeStruct(list.Index(i).Elem(), one.Elem())
			return
		}
	}
	list.Set(reflect.Append(list, one))
}

// isFacts reports whether a type is a list of things that have a key.
func isFacts(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Pointer {
		return false
	}
	_, ok := t.Elem().Elem().FieldByName("RecordID")
	return ok
}

// nullIn gives the place of a null in a list of a record, a pointer to a struct; "": there is none.
func nullIn(record any) string {
	v := reflect.ValueOf(record).Elem()
	for i := range v.NumField() {
		list := v.Field(i)
		if list.Kind() != reflect.Slice || list.Type().Elem().Kind() != reflect.Pointer {
			continue
		}
		for j := range list.Len() {
			if list.Index(j).IsNil() {
				name := v.Type().Field(i).Name
				return fmt.Sprintf("%s[%d]", strings.ToLower(name[:1])+name[1:], j)
			}
		}
	}
	return ""
}

func factKey(v reflect.Value) string { return v.Elem().FieldByName("RecordID").String() }

// dropLists empties the lists of a record of which another one has some.
func dropLists(into, from any) {
	a, b := reflect.ValueOf(into).Elem(), reflect.ValueOf(from).Elem()
	for i := range a.NumField() {
		if isFacts(a.Field(i).Type()) && b.Field(i).Len() > 0 {
			a.Field(i).SetZero()
		}
	}
}

// mergeProfile says of a profile what another one says. The lists of into are its own.
func mergeProfile(into, from *profiles.Customer) {
	for _, pair := range []struct{ into, from *string }{
		{&into.Name, &from.Name}, {&into.GivenName, &from.GivenName}, {&into.FamilyName, &from.FamilyName},
		{&into.BirthDate, &from.BirthDate}, {&into.Language, &from.Language}, {&into.TimeZone, &from.TimeZone},
		{(*string)(&into.Kind), (*string)(&from.Kind)},
	} {
		if *pair.from != "" {
			*pair.into = *pair.from
		}
	}
	if !from.CreatedAt.IsZero() {
		into.CreatedAt = from.CreatedAt
	}
	if !from.UpdatedAt.IsZero() {
		into.UpdatedAt = from.UpdatedAt
	}
	if from.SyncedAt.After(into.SyncedAt) {
		into.SyncedAt = from.SyncedAt
	}
	for _, a := range from.Attributes {
		into.Attributes = put(into.Attributes, a, func(b profiles.Attribute) bool { return a.Key == b.Key })
	}
	for _, p := range from.ContactPoints {
		into.ContactPoints = mergeContacts(into.ContactPoints, p)
	}
	for _, c := range from.Consents {
		into.Consents = mergeConsents(into.Consents, c)
	}
	for _, r := range from.Relations {
		into.Relations = mergeRelations(into.Relations, r)
	}
	for _, l := range from.Links {
		into.Links = mergeLinks(into.Links, l)
	}
}

// dropProfileLists empties the lists of a profile of which another one has some,
// but the links, and of the attributes those that the mapping has.
func dropProfileLists(into, from *profiles.Customer, owned func(key string) bool) {
	if len(from.ContactPoints) > 0 {
		into.ContactPoints = nil
	}
	if len(from.Consents) > 0 {
		into.Consents = nil
	}
	if len(from.Relations) > 0 {
		into.Relations = nil
	}
	if len(from.Attributes) > 0 {
		into.Attributes = slices.DeleteFunc(into.Attributes, func(a profiles.Attribute) bool { return owned(a.Key) })
	}
}

// put replaces the entry that is the same thing, else appends.
func put[T any](list []T, one T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = one
		return list
	}
	return append(list, one)
}

// mergeContacts adds a contact point. There is one primary one of a channel.
func mergeContacts(list []profiles.ContactPoint, p profiles.ContactPoint) []profiles.ContactPoint {
	for i := range list {
		old := &list[i]
		if old.Channel != p.Channel {
			continue
		}
		if old.Value == p.Value && old.Network == p.Network && (p.Value != "" || reflect.DeepEqual(old.Address, p.Address)) {
			p.IsPrimary = p.IsPrimary || old.IsPrimary
			if p.IsVerified == nil {
				p.IsVerified = old.IsVerified
			}
			if p.Address == nil {
				p.Address = old.Address
			}
		} else if p.IsPrimary && old.Network == p.Network {
			old.IsPrimary = false
		}
	}
	return put(list, p, func(o profiles.ContactPoint) bool {
		return o.Channel == p.Channel && o.Value == p.Value && o.Network == p.Network &&
			(p.Value != "" || reflect.DeepEqual(o.Address, p.Address))
	})
}

func mergeConsents(list []profiles.Consent, c profiles.Consent) []profiles.Consent {
	return put(list, c, func(o profiles.Consent) bool { return o.Purpose == c.Purpose && o.Channel == c.Channel })
}

func mergeRelations(list []profiles.Relation, r profiles.Relation) []profiles.Relation {
	return put(list, r, func(o profiles.Relation) bool {
		return o.Kind == r.Kind && o.CustomerID == r.CustomerID && (r.CustomerID != "" || o.Name == r.Name)
	})
}

// mergeLinks adds a link that is not there. One that is there stays as it was made,
// or undone.
func mergeLinks(list []profiles.Link, l profiles.Link) []profiles.Link {
	if slices.ContainsFunc(list, func(o profiles.Link) bool {
		return o.Source == l.Source && o.System == l.System && o.RecordID == l.RecordID
	}) {
		return list
	}
	return append(list, l)
}
