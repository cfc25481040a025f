package gateway_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"customer360/access"
	"customer360/demo"
	"customer360/internal/gateway"
	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/guard"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// A chancyWorld is a company, its systems and their faults, drawn by chance: the same
// seed draws the same ones.
type chancyWorld struct {
	seed uint64
	// caller is who asks.
	caller      *access.Caller
	customers   []*profiles.Customer
	definitions []profiles.Definition
	// spine is the name of the profiles' system; systems are those of the others, by source.
	spine   string
	systems map[profiles.SourceName][]string
	// records are those of each system, by its name and the record's key.
	billing map[string]map[string]sources.Answer[*billing.Record]
	support map[string]map[string]sources.Answer[*support.Record]
	social  map[string]map[string]sources.Answer[*social.Record]
	config  gateway.Config
	// calm: no system fails and none is slow.
	calm bool
	// hasty: calls end at once or not at all, and requests have the usual time; else calls
	// take some time, of which requests have enough.
	hasty bool
	// wild: records break the contract, so that the schema's own bounds are tried and
	// resolvers may panic.
	wild bool
	// ran is how many operations ran which way, once it was played.
	ran map[string]int
}

// draw draws values.
type draw struct {
	*rand.Rand
	wild bool
	now  time.Time
}

func drawFrom(seed uint64, stream uint64) *draw {
	// As the clock is where time is synthetic.
	return &draw{rand.New(rand.NewPCG(seed, stream)), false, time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
}

func (d *draw) chance(p float64) bool { return d.Float64() < p }

func one[T any](d *draw, all ...T) T { return all[d.IntN(len(all))] }

// maybe gives a value, or none as often.
func maybe[T any](d *draw, value T) *T {
	if d.chance(0.4) {
		return nil
	}
	return &value
}

var oddTexts = []string{
	"", "Anna", "Anna Schäfer", `say "hi"`, `back\slash`, "</script><b>&amp;", "a\u2028b\u2029c", "emoji 😀👩‍👩‍👧", "tab\tnew\nline\r",
	"nul\x00bell\x07esc\x1bdel\x7f", "bad\xff\xfeutf8\xed\xa0\x80", "cut\xf0\x9f", "\u202eright to left", "\ufeffbom", "null", "{}", " ",
	strings.Repeat("long ", 50), "\ufffd", "𝒳",
}

func (d *draw) text() string {
	if d.chance(0.5) {
		return fmt.Sprintf("text %d", d.IntN(100))
	}
	return one(d, oddTexts...)
}

// moment gives a time, often one that was given before, so that some tie.
func (d *draw) moment() time.Time {
	switch d.IntN(12) {
	case 0:
		return d.now.Add(-time.Duration(d.Int64N(1e18)))
	case 1:
		return d.now.Add(-123456789 * time.Nanosecond).In(time.FixedZone("odd", 5*3600+1800))
	case 2:
		return d.now.AddDate(20, 0, 0)
	}
	return d.now.AddDate(0, 0, -d.IntN(6))
}

func (d *draw) perhaps() time.Time {
	if d.chance(0.3) {
		return time.Time{}
	}
	return d.moment()
}

// word gives one of an enum's values, or what is none where the contract may be broken.
func word[E ~string](d *draw, all ...E) E {
	if d.wild && d.chance(0.06) {
		return one[E](d, "", "UNHEARD_OF", "bad\xff")
	}
	return one(d, all...)
}

func (d *draw) money() *billing.Money {
	if d.chance(0.2) {
		return nil
	}
	m := &billing.Money{Minor: one(d, 0, 1, -1, 1250, -99999, d.Int64N(1e9)), Currency: one(d, "EUR", "USD", "JPY", "BHD")}
	if d.wild && d.chance(0.1) {
		m.Currency = one(d, "", "???")
		m.Minor = one(d, int64(math.MaxInt64), math.MinInt64)
	}
	return m
}

// float draws no NaN and no infinity: that one cannot be written is told by ours even if a
// null above takes its place, which package executor lists as a difference.
func (d *draw) float() float64 {
	return one(d, 0, 1, -1, 0.5, 1e21, -1e-9, math.MaxFloat64, math.Copysign(0, -1), d.Float64())
}

// keys are the keys of records in every system. Some have no record.
var keys = []string{"r0", "r1", "r2", "r3", "r4", "r/5?%", "ключ", "none"}

// newChancyWorld draws a world.
func newChancyWorld(seed uint64) *chancyWorld {
	d := drawFrom(seed, 0)
	w := &chancyWorld{
		seed: seed, spine: "fake", wild: d.chance(0.3), calm: d.chance(0.25),
		billing: map[string]map[string]sources.Answer[*billing.Record]{},
		support: map[string]map[string]sources.Answer[*support.Record]{},
		social:  map[string]map[string]sources.Answer[*social.Record]{},
	}
	d.wild = w.wild
	w.config = gateway.Config{
		PageCap: one(d, 1, 2, 5, 100, 100, 100), BatchCap: one(d, 1, 2, 3, 100, 100, 100), Guards: guard.Defaults(),
		// Wide enough for everything that is generated.
		Limits: wideLimits,
	}
	w.config.Guards.Breaker = guard.Breaker{FailureRate: 0.5, Calls: one(d, 2, 5), Window: between * 41 / 2, OpenFor: between * 7 / 2}
	w.config.Guards.Cache.MaxAge = one(d, 0, 0, between*7/2)
	// When a source is asked is not the same on both executors, where root fields have
	// nothing to do with each other. So either time is short or it is spent, not both.
	if w.hasty = d.chance(0.5); !w.hasty {
		w.config.RequestTimeout = between - time.Second
		// It tells for how long it will be open yet.
		w.config.Guards.Breaker.Disabled = true
	}
	if d.chance(0.3) {
		w.config.Guards.Cache = guard.Cache{}
	}
	// Pauses before retries are drawn anew each time, and which of several calls at once
	// is the last that a breaker or a budget lets through is nobody's promise.
	if d.chance(0.7) {
		w.config.Guards.Retry.Attempts = 0
	} else {
		w.config.Guards.Retry.Budget = 1
		w.config.Guards.Breaker.Disabled = true
	}
	if w.config.BatchCap < 100 {
		w.config.Guards.Breaker.Disabled = true
	}
	w.admit(drawFrom(seed, 3))
	w.definitions = []profiles.Definition{
		{Key: "active", Type: profiles.Boolean}, {Key: "points", Type: profiles.Number, Description: `of the "club" ` + "\u2028"},
		{Key: "since", Type: profiles.Date}, {Key: "tier", Type: profiles.Text, Description: "level"},
	}
	w.systems = map[profiles.SourceName][]string{profiles.Billing: {"one", "two"}, profiles.Support: []string{"desk", "desk2"}[:1+d.IntN(2)], profiles.Social: []string{"net", "net2"}[:d.IntN(3)]}
	if d.chance(0.25) {
		w.ofDemo(d)
		return w
	}
	for _, system := range w.systems[profiles.Billing] {
		w.billing[system] = recordsOf(d, system, billingRecord)
	}
	for _, system := range w.systems[profiles.Support] {
		w.support[system] = recordsOf(d, system, supportRecord)
	}
	for _, system := range w.systems[profiles.Social] {
		w.social[system] = recordsOf(d, system, socialRecord)
	}
	ids := []string{"c0", "c1", "c2", "c3", "c4", "c5", "c/6", "c 7", "ключ", "😀", "bad\xff"}[:1+d.IntN(11)]
	for _, id := range ids {
		w.customers = append(w.customers, w.customer(d, id, ids))
	}
	w.sort()
	return w
}

func (w *chancyWorld) sort() {
	slices.SortFunc(w.customers, func(a, b *profiles.Customer) int { return cmp.Compare(a.ID, b.ID) })
}

// theDemo is the demo company at the moment at which synthetic time begins. What
// gateways are given is not changed by them.
var theDemo = sync.OnceValue(func() *demo.Company { return demo.New(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) })

// ofDemo takes some customers of the demo company, with their records.
func (w *chancyWorld) ofDemo(d *draw) {
	c := theDemo()
	w.definitions = c.Definitions
	start := d.IntN(len(c.Customers))
	w.customers = slices.Clone(c.Customers[start:min(start+12, len(c.Customers))])
	w.sort()
	w.systems = map[profiles.SourceName][]string{profiles.Billing: {demo.System, "two"}, profiles.Support: {demo.System}, profiles.Social: {demo.System}}
	w.billing = map[string]map[string]sources.Answer[*billing.Record]{
		demo.System: answersOf(c.Billing, c.Now, func(r *billing.Record) string { return r.RecordID }), "two": recordsOf(d, "two", billingRecord)}
	w.support = map[string]map[string]sources.Answer[*support.Record]{demo.System: answersOf(c.Support, c.Now, func(r *support.Record) string { return r.RecordID })}
	w.social = map[string]map[string]sources.Answer[*social.Record]{demo.System: answersOf(c.Social, c.Now, func(r *social.Record) string { return r.RecordID })}
}

func answersOf[R any](records []R, at time.Time, key func(R) string) map[string]sources.Answer[R] {
	all := map[string]sources.Answer[R]{}
	for _, r := range records {
		all[key(r)] = sources.Answer[R]{Value: r, AsOf: at}
	}
	return all
}

// recordsOf draws the records of a system.
func recordsOf[R any](d *draw, system string, record func(d *draw, system, key string) R) map[string]sources.Answer[R] {
	all := map[string]sources.Answer[R]{}
	for _, key := range keys[:len(keys)-1] {
		if d.chance(0.15) {
			continue
		}
		all[key] = sources.Answer[R]{Value: record(d, system, key), AsOf: d.perhaps(), Stale: d.chance(0.1), Truncated: d.chance(0.1)}
	}
	return all
}

func (w *chancyWorld) customer(d *draw, id string, ids []string) *profiles.Customer {
	c := &profiles.Customer{
		ID: id, Kind: word(d, profiles.Person, profiles.Organization, profiles.OtherKind), Name: d.text(), GivenName: d.text(), FamilyName: d.text(),
		BirthDate: one(d, "", "1988-04-12"), Language: one(d, "", "de"), TimeZone: one(d, "", "Europe/Berlin"),
		CreatedAt: d.moment(), UpdatedAt: d.moment(), SyncedAt: d.perhaps(),
	}
	if w.wild && d.chance(0.1) {
		c.CreatedAt = time.Time{}
	}
	for range d.IntN(4) {
		p := profiles.ContactPoint{Channel: word(d, profiles.Email, profiles.Phone, profiles.SMS, profiles.Post, profiles.SocialMedia), IsPrimary: d.chance(0.3), IsVerified: maybe(d, d.chance(0.5))}
		switch p.Channel {
		case profiles.Email:
			// Few, so that they are shared.
			p.Value = one(d, "anna@example.com", "ben@example.com", "not an address", "")
		case profiles.Phone, profiles.SMS:
			p.Value = one(d, "+4930901820", "+4930901821")
		case profiles.SocialMedia:
			p.Network, p.Value = "mastodon", one(d, "anna@example.social", "ben@example.social")
		default:
			p.Address = &profiles.Address{Lines: one(d, nil, []string{}, []string{d.text(), d.text()}), Locality: d.text(), Country: one(d, "", "DE")}
		}
		c.ContactPoints = append(c.ContactPoints, p)
	}
	for _, def := range w.definitions {
		if d.chance(0.5) {
			text := map[profiles.AttributeType]string{profiles.Boolean: one(d, "true", "false"), profiles.Number: "29.85", profiles.Date: "2020-02-29", profiles.Text: d.text()}[def.Type]
			c.Attributes = append(c.Attributes, profiles.Attribute{Key: def.Key, Type: def.Type, Text: text, Source: word(d, profiles.Profile), ObservedAt: d.perhaps()})
		}
	}
	for range d.IntN(3) {
		c.Consents = append(c.Consents, profiles.Consent{Purpose: one(d, d.text(), "profiling", "profiling"), Channel: one(d, "", profiles.Email), Status: word[profiles.ConsentStatus](d, "GRANTED", "DENIED"), LegalBasis: one[profiles.LegalBasis](d, "", "CONSENT"), GivenAt: d.perhaps(), ExpiresAt: d.perhaps(), Evidence: d.text()})
	}
	for range d.IntN(4) {
		// To anybody, itself too, or to nobody.
		to := one(d, append(slices.Clone(ids), "", "gone")...)
		c.Relations = append(c.Relations, profiles.Relation{Kind: word[profiles.RelationKind](d, "SPOUSE", "CHILD", "OTHER"), RawKind: d.text(), Name: d.text(), BirthDate: one(d, "", "2015-05-05"), Since: one(d, "", "2001-01-01"), CustomerID: to})
	}
	for _, source := range []profiles.SourceName{profiles.Billing, profiles.Support, profiles.Social} {
		for range d.IntN(4) {
			l := profiles.Link{Source: source, System: one(d, append(slices.Clone(w.systems[source]), "elsewhere")...), RecordID: one(d, keys...), Method: word[profiles.MatchMethod](d, "DETERMINISTIC", "MANUAL"),
				Confidence: maybe(d, d.float()), Evidence: d.text(), LinkedBy: d.text(), LinkedAt: d.perhaps()}
			if d.chance(0.15) {
				l.UndoneAt = d.moment()
			}
			c.Links = append(c.Links, l)
		}
	}
	if !w.wild || d.chance(0.5) {
		_ = c.Settle(profiles.All)
	}
	return c
}

// settled brings a record into the contract's form, mostly.
func settled[R interface {
	Settle(system, owner string) (bool, error)
}](d *draw, r R, system, key string) R {
	if d.wild && d.chance(0.2) {
		return r
	}
	if _, err := r.Settle(system, key); err != nil {
		panic(err)
	}
	return r
}

func ref(d *draw, kind string, n int) sources.Ref {
	return sources.Ref{RecordID: fmt.Sprintf("%s%d", kind, n), URL: one(d, "", "https://example.com/"+kind, "https://example.com/?a=1&b=<2>")}
}

func billingRecord(d *draw, system, key string) *billing.Record {
	r := &billing.Record{Account: billing.Account{Ref: ref(d, "", 0), Name: d.text(), Balance: d.money(), Currency: one(d, "", "EUR"), PaymentMethod: d.text(), IsDelinquent: maybe(d, d.chance(0.5)), CreatedAt: d.perhaps()}}
	for n := range d.IntN(5) {
		r.Subscriptions = append(r.Subscriptions, &billing.Subscription{Ref: ref(d, "s", n), Name: d.text(), Status: word(d, billing.Active, billing.PastDue, billing.Canceled, billing.OtherSubscriptionStatus), RawStatus: d.text(),
			Quantity: maybe(d, d.IntN(5)), Price: d.money(), Interval: one(d, "", "P1M", "P1Y", "P7D"), MRR: d.money(), StartedAt: d.perhaps(), TrialEndsAt: d.perhaps(), CurrentPeriodEndsAt: d.perhaps(), CanceledAt: d.perhaps(), EndedAt: d.perhaps()})
	}
	for n := range d.IntN(6) {
		r.Invoices = append(r.Invoices, &billing.Invoice{Ref: ref(d, "i", n), Number: d.text(), Description: d.text(), Status: word(d, billing.Due, billing.Paid, billing.Overdue), RawStatus: d.text(), Total: d.money(), AmountDue: d.money(), IssuedAt: d.moment(), DueAt: d.perhaps(), PaidAt: d.perhaps()})
	}
	for n := range d.IntN(6) {
		r.Charges = append(r.Charges, &billing.Charge{Ref: ref(d, "p", n), Description: d.text(), Status: word(d, billing.Succeeded, billing.Failed, billing.Refunded, billing.Pending), RawStatus: d.text(), Amount: d.money(), Refunded: d.money(), PaymentMethod: d.text(), ChargedAt: d.moment()})
	}
	r = settled(d, r, system, key)
	if d.wild && d.chance(0.1) {
		// Resolvers panic on it.
		r.Subscriptions = append(r.Subscriptions, nil)
	}
	return r
}

func supportRecord(d *draw, system, key string) *support.Record {
	r := &support.Record{Ref: ref(d, "", 0)}
	for n := range d.IntN(5) {
		r.Tickets = append(r.Tickets, &support.Ticket{Ref: ref(d, "t", n), Title: d.text(), Status: word(d, support.New, support.Open, support.Solved, support.Closed), RawStatus: d.text(), Priority: one[support.TicketPriority](d, "", "HIGH"), RawPriority: d.text(),
			Channel: one(d, "", profiles.Email, profiles.Phone), Tags: one(d, nil, []string{}, []string{d.text(), "b"}), CreatedAt: d.moment(), UpdatedAt: d.perhaps(), SolvedAt: d.perhaps(),
			Satisfaction: maybe(d, support.Rating{Rating: d.float(), Scale: one(d, 5, 10), Count: d.IntN(2), RatedAt: d.perhaps()})})
	}
	for n := range d.IntN(6) {
		r.Messages = append(r.Messages, &support.Message{Ref: ref(d, "m", n), TicketID: one(d, "", "t0", "t1", "gone"), Channel: one(d, "", profiles.Email, profiles.Phone, profiles.Web), Direction: one(d, support.Inbound, support.Outbound, support.Internal), AuthorName: d.text(), Automatic: d.chance(0.3), Title: d.text(), Body: d.text(), SentAt: d.moment()})
	}
	return settled(d, r, system, key)
}

func socialRecord(d *draw, system, key string) *social.Record {
	r := &social.Record{Profile: social.Profile{Ref: ref(d, "", 0), Network: one(d, "mastodon", "bluesky"), Handle: d.text(), DisplayName: d.text(), Followers: maybe(d, d.IntN(1<<31)), LastActiveAt: d.perhaps()}}
	for n := range d.IntN(6) {
		r.Mentions = append(r.Mentions, &social.Mention{Ref: ref(d, "n", n), Network: one(d, "mastodon", ""), Text: d.text(), Language: one(d, "", "de"), SentimentValue: maybe(d, d.float()), Reach: maybe(d, d.IntN(1000)), PostedAt: d.moment()})
	}
	return settled(d, r, system, key)
}
