package demo

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/language"

	"customer360/sources/profiles"
)

var moment = time.Date(2026, 3, 14, 15, 9, 26, 535_000_000, time.UTC)

func TestSameMomentSameCompany(t *testing.T) {
	if diff := cmp.Diff(New(moment), New(moment)); diff != "" {
		t.Errorf("two companies of one moment differ:\n%s", diff)
	}
	// The hour of the day moves nothing but the synchronisation.
	early, late := New(moment), New(moment.Add(3*time.Hour))
	if diff := cmp.Diff([]any{early.Billing, early.Support, early.Social}, []any{late.Billing, late.Support, late.Social}); diff != "" {
		t.Errorf("two companies of one day differ:\n%s", diff)
	}
}

// TestDaysMoveAlong says that another day's company is the same with other dates.
func TestDaysMoveAlong(t *testing.T) {
	const days = 45
	today, later := New(moment), New(moment.AddDate(0, 0, days))
	checkEqual(t, "keys", keysOf(today), keysOf(later))
	for i, r := range today.Billing {
		for j, v := range r.Invoices {
			checkEqual(t, "invoice "+v.RecordID, v.IssuedAt.AddDate(0, 0, days), later.Billing[i].Invoices[j].IssuedAt)
		}
	}
	for i, r := range today.Support {
		for j, m := range r.Messages {
			checkEqual(t, "message "+m.RecordID, m.SentAt.AddDate(0, 0, days), later.Support[i].Messages[j].SentAt)
		}
	}
	for i, c := range today.Customers {
		checkEqual(t, c.ID, c.CreatedAt.AddDate(0, 0, days), later.Customers[i].CreatedAt)
	}
}

// TestPastIsPast says that what has happened has happened before now, even just
// after midnight.
func TestPastIsPast(t *testing.T) {
	now := moment.Truncate(24 * time.Hour)
	c := New(now)
	for _, all := range []any{c.Customers, c.Billing, c.Support, c.Social} {
		eachTime(reflect.ValueOf(all), func(field string, at time.Time) {
			switch field {
			case "DueAt", "TrialEndsAt", "CurrentPeriodEndsAt", "ExpiresAt":
				return
			}
			if at.After(now) {
				t.Errorf("a %s is at %v, after %v", field, at, now)
			}
			if at.Location() != time.UTC {
				t.Errorf("a %s is in %v", field, at.Location())
			}
		})
	}
}

func TestKeysAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, key := range keysOf(New(moment)) {
		if key == "" || seen[key] {
			t.Errorf("the key %q stands twice, or is empty", key)
		}
		seen[key] = true
	}
}

// TestLinks says that every record belongs to one customer, and that every link
// leads to a record, but for those that are there to lead nowhere.
func TestLinks(t *testing.T) {
	c := New(moment)
	records := map[profiles.SourceName]map[string]string{profiles.Billing: {}, profiles.Support: {}, profiles.Social: {}}
	for _, r := range c.records() {
		if r.source != profiles.Profile {
			records[r.source][r.id] = ""
		}
	}
	var dead, undone, elsewhere []string
	for _, p := range c.Customers {
		for _, l := range p.Links {
			owner, ok := records[l.Source][l.RecordID]
			switch {
			case l.System != System:
				elsewhere = append(elsewhere, p.ID)
			case !l.UndoneAt.IsZero():
				undone = append(undone, p.ID)
			case !ok:
				dead = append(dead, p.ID)
			case owner != "":
				t.Errorf("%s belongs to %s and to %s", l.RecordID, owner, p.ID)
			default:
				records[l.Source][l.RecordID] = p.ID
			}
			if l.Confidence != nil && (*l.Confidence <= 0 || *l.Confidence > 1) || l.Method == "PROBABILISTIC" && (l.Confidence == nil || l.Evidence == "") {
				t.Errorf("the link to %s is %s with the confidence %v for %q", l.RecordID, l.Method, l.Confidence, l.Evidence)
			}
		}
	}
	for source, owners := range records {
		for id, owner := range owners {
			if owner == "" {
				t.Errorf("the %s record %s belongs to nobody", source, id)
			}
		}
	}
	checkEqual(t, "dead links", []string{"case-dead-link"}, dead)
	checkEqual(t, "undone links", []string{"case-undone-link"}, undone)
	checkEqual(t, "links to other systems", []string{"case-legacy-crm", "case-legacy-crm-too"}, elsewhere)
	for _, e := range c.Exceptions {
		if e.Source != profiles.Profile && records[e.Source][e.RecordID] == "" {
			t.Errorf("an exception for the %s record %s, which does not exist", e.Source, e.RecordID)
		}
	}
}

// opposites are the kinds of relations as the other party has them.
var opposites = map[profiles.RelationKind]profiles.RelationKind{
	"SPOUSE": "SPOUSE", "PARENT": "CHILD", "CHILD": "PARENT", "SIBLING": "SIBLING", "HOUSEHOLD_MEMBER": "HOUSEHOLD_MEMBER",
	"FRIEND": "FRIEND", "REFERRED_BY": "REFERRED", "REFERRED": "REFERRED_BY", "EMPLOYER": "EMPLOYEE", "EMPLOYEE": "EMPLOYER", "OTHER": "OTHER",
}

// TestRelations says that relations between customers hold in both directions.
func TestRelations(t *testing.T) {
	c := New(moment)
	for _, p := range c.Customers {
		for _, r := range p.Relations {
			if r.CustomerID == "" {
				continue
			}
			other := c.customer(r.CustomerID)
			if other == nil || r.CustomerID == p.ID {
				t.Errorf("%s has the %s %q, who is no other customer", p.ID, r.Kind, r.CustomerID)
				continue
			}
			if r.Name != other.Name {
				t.Errorf("%s calls %s %q", p.ID, other.ID, r.Name)
			}
			if !slices.ContainsFunc(other.Relations, func(o profiles.Relation) bool {
				return o.CustomerID == p.ID && o.Kind == opposites[r.Kind]
			}) {
				t.Errorf("%s has the %s %s, who has no %s %s", p.ID, r.Kind, other.ID, opposites[r.Kind], p.ID)
			}
		}
	}
}

// TestContactPoints says that all values are normalised, that no real person can be
// reached by them, and that only those are shared that are meant to be.
func TestContactPoints(t *testing.T) {
	c := New(moment)
	owners := map[profiles.Identifier][]string{}
	for _, p := range c.Customers {
		for _, v := range p.ContactPoints {
			var got string
			var err error
			switch {
			case v.Channel == profiles.Email:
				got, err = profiles.NormalizeEmail(v.Value)
				_, domain, _ := strings.Cut(v.Value, "@")
				if !slices.Contains([]string{"example.com", "example.org", "example.net"}, domain) {
					t.Errorf("%s: %s is not on a domain for examples", p.ID, v.Value)
				}
			case v.Channel == profiles.Phone, v.Channel == profiles.SMS:
				got, err = profiles.NormalizePhone(v.Value)
			case v.Network != "":
				_, got, err = profiles.NormalizeHandle(v.Network, v.Value)
			case v.Channel == profiles.Post:
				if a := v.Address; a == nil || a.Locality == "" || len(a.Country) != 2 {
					t.Errorf("%s: no postal address", p.ID)
				}
			default:
				got = v.Value
			}
			if err != nil || got != v.Value {
				t.Errorf("%s: %q is not normalised: %q, %v", p.ID, v.Value, got, err)
			}
		}
		for _, id := range p.Identifiers() {
			owners[id] = append(owners[id], p.ID)
		}
	}
	shared := map[profiles.Identifier][]string{}
	for id, all := range owners {
		if len(all) > 1 && !strings.HasPrefix(all[0], "demo-") {
			shared[id] = all
		}
		if len(all) > 2 || strings.HasPrefix(all[0], "demo-") && len(all) > 1 && !strings.HasPrefix(string(id), "phone:") {
			t.Errorf("%s belongs to %v", id, all)
		}
	}
	checkEqual(t, "shared identifiers", map[profiles.Identifier][]string{
		"phone:+493023125901":  {"case-family-phone-1", "case-family-phone-2"},
		"email:wg@example.org": {"case-shared-email-1", "case-shared-email-2"},
	}, shared)
}

func TestProfilesAreWellFormed(t *testing.T) {
	c := New(moment)
	defined := map[string]profiles.AttributeType{}
	for _, d := range c.Definitions {
		if err := d.Check(); err != nil || d.Description == "" || strings.ToLower(d.Key) != d.Key {
			t.Errorf("the definition of %s: %v", d.Key, err)
		}
		defined[d.Key] = d.Type
	}
	used := map[string]bool{}
	for _, p := range c.Customers {
		if p.Language != "" {
			if _, err := language.Parse(p.Language); err != nil {
				t.Errorf("%s: the language %q: %v", p.ID, p.Language, err)
			}
		}
		if _, err := time.LoadLocation(p.TimeZone); err != nil {
			t.Errorf("%s: the time zone %q: %v", p.ID, p.TimeZone, err)
		}
		dates := []string{p.BirthDate}
		for _, r := range p.Relations {
			dates = append(dates, r.BirthDate, r.Since)
		}
		for _, d := range dates {
			if _, err := profiles.Date.Canonical(d); d != "" && err != nil {
				t.Errorf("%s: the date %q: %v", p.ID, d, err)
			}
		}
		seen := map[string]bool{}
		for _, a := range p.Attributes {
			text, err := a.Type.Canonical(a.Text)
			if err != nil || text != a.Text || defined[a.Key] == "" || seen[a.Key] {
				t.Errorf("%s: the attribute %s=%q (%s): %v", p.ID, a.Key, a.Text, a.Type, err)
			}
			used[a.Key], seen[a.Key] = true, true
		}
		if p.UpdatedAt.Before(p.CreatedAt) {
			t.Errorf("%s changed before it was known", p.ID)
		}
	}
	for key := range defined {
		if !used[key] {
			t.Errorf("nobody has the attribute %s", key)
		}
	}
}

// customer gives a customer by key, or nil.
func (c *Company) customer(id string) *profiles.Customer {
	for _, p := range c.Customers {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// keysOf gives the keys of all records and of their facts.
func keysOf(c *Company) []string {
	var keys []string
	for _, p := range c.Customers {
		keys = append(keys, p.ID)
	}
	for _, r := range c.Billing {
		keys = append(keys, r.RecordID)
		for _, s := range r.Subscriptions {
			keys = append(keys, s.RecordID)
		}
		for _, i := range r.Invoices {
			keys = append(keys, i.RecordID)
		}
		for _, h := range r.Charges {
			keys = append(keys, h.RecordID)
		}
	}
	for _, r := range c.Support {
		keys = append(keys, r.RecordID)
		for _, u := range r.Tickets {
			keys = append(keys, u.RecordID)
		}
		for _, m := range r.Messages {
			keys = append(keys, m.RecordID)
		}
	}
	for _, r := range c.Social {
		keys = append(keys, r.RecordID)
		for _, m := range r.Mentions {
			keys = append(keys, m.RecordID)
		}
	}
	return keys
}

// eachTime calls f for every time in a value, with the name of its field.
func eachTime(v reflect.Value, f func(field string, at time.Time)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachTime(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachTime(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if at, ok := v.Field(i).Interface().(time.Time); ok {
				f(v.Type().Field(i).Name, at)
			} else {
				eachTime(v.Field(i), f)
			}
		}
	}
}

func checkEqual[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
