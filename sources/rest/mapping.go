package rest

import (
	"errors"
	"reflect"

	"customer360/sources"
	"customer360/sources/jq"
)

// An outcome is what all pages for a batch of keys say.
type outcome struct {
	found map[string]*found
	// cut: there are more pages than were read.
	cut bool
	// keyless: an item did not say whose it is.
	keyless bool
	// gone: the one key that was asked for is said not to be there.
	gone   bool
	faults MappingErrors
	// records are those of which something could not be understood, for the log.
	records []sources.Fault
	// broken is a fault of ours over one record; nil: there is none.
	broken *sources.Error
}

// blame notes a fault of one record.
func (o *outcome) blame(key string, fault *MappingError) {
	o.faults.add(fault)
	o.records = append(o.records, sources.Fault{Key: key, Place: fault.Part + "." + fault.Field, Problem: fault.Problem})
}

// found is what the items of one key say.
type found struct {
	item   any
	record any
	facts  map[int][]any
	// faulty: something could not be understood.
	faulty bool
	seen   map[factKey]bool
}

type factKey struct {
	part int
	id   string
}

// whose gives the key that an item answers.
func (j job) whose(ctx evaluating, item any) (string, error) {
	if j.request.key == nil {
		return j.keys[0], nil
	}
	v, err := j.request.key.one(ctx, item)
	if err != nil {
		return "", err
	}
	if jq.Unknown(v) {
		return "", j.request.key.wrong("an item has no key", item)
	}
	// A key is not trimmed, since it must be the one that was asked for.
	if s, ok := v.(string); ok {
		return s, nil
	}
	s, ok := jq.Decimal(v)
	if !ok {
		return "", j.request.key.wrong("expected a text or a number", v)
	}
	return s, nil
}

// take makes of an item what it says of its key.
func (j job) take(ctx evaluating, key string, item any, out *outcome) error {
	f := out.found[key]
	switch {
	case f == nil:
		f = &found{item: item, facts: map[int][]any{}, seen: map[factKey]bool{}}
		out.found[key] = f
	case j.request.index == 0 && reflect.DeepEqual(f.item, item):
		return nil
	case j.request.index == 0:
		f.faulty = true
		out.blame(key, &MappingError{Part: recordPart, Field: "items", Expression: j.request.items.source,
			Problem: "two different items answer one key", Value: []any{f.item, item}})
		return nil
	}
	if j.request.index == 0 {
		record, err := j.request.fill(ctx, key, item, out)
		if err != nil {
			return err
		}
		f.record, f.faulty = record, record == nil
	} else if j.want.Has(j.request.bit) {
		if err := j.request.fact(ctx, key, item, f, out); err != nil {
			return err
		}
	}
	for _, one := range j.request.children {
		if !j.want.Has(one.bit) {
			continue
		}
		err := one.items.each(ctx, item, nil, func(inner any) error {
			if inner == nil {
				return nil
			}
			return one.fact(ctx, key, inner, f, out)
		})
		if err := out.note(key, f, err); err != nil {
			return err
		}
	}
	return nil
}

// note keeps an error that is about one key only; another one is given back.
func (o *outcome) note(key string, f *found, err error) error {
	var fault *MappingError
	if !errors.As(err, &fault) {
		return err
	}
	f.faulty = true
	o.blame(key, fault)
	return nil
}

// fact makes a fact of an item. One that was on an earlier page too is not made twice.
func (p *part) fact(ctx evaluating, key string, item any, f *found, out *outcome) error {
	value, err := p.fill(ctx, key, item, out)
	if err != nil {
		return err
	}
	if value == nil {
		f.faulty = true
		return nil
	}
	id := factKey{p.index, reflect.ValueOf(value).Elem().FieldByName("RecordID").String()}
	if !f.seen[id] {
		f.seen[id] = true
		f.facts[p.index] = append(f.facts[p.index], value)
	}
	return nil
}

// fill makes a pointer to a value of the part's type; nil where something could not be
// understood, which stands in the outcome then.
func (p *part) fill(ctx evaluating, key string, item any, out *outcome) (any, error) {
	value, good := reflect.New(p.typ), true
	for _, m := range p.fields {
		err := m.fill(ctx, value.Elem().FieldByIndex(m.index), item, key)
		var fault *MappingError
		switch {
		case errors.As(err, &fault):
			good = false
			out.blame(key, fault)
		case err != nil:
			return nil, err
		}
	}
	if !good {
		return nil, nil
	}
	return value.Interface(), nil
}

func (m mapped) fill(ctx evaluating, into reflect.Value, item any, key string) error {
	v, err := m.one(ctx, item, key)
	if err != nil {
		return err
	}
	err = read(v, into)
	switch {
	case errors.Is(err, errNothing) && m.required:
		return m.wrong("it gives nothing, and each of the "+m.part+" must have it", item)
	case errors.Is(err, errNothing):
		return nil
	case err == nil && m.name == "url":
		err = webAddress(into.String())
	}
	if err == nil && m.check != nil {
		err = m.check(into.Addr().Interface())
	}
	if err != nil {
		return m.wrong(err.Error(), v)
	}
	return nil
}
