package social

import (
	"strings"
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Form] and [sources.Settle]. A network that is not given is "other", and
// a profile that says nothing else of its state is active. It reports whether mentions were
// cut, or why the record cannot be given.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	var f sources.Form
	r.Profile.settle(&f)
	for i, m := range r.Mentions {
		if f.In("mentions", i, m != nil) {
			m.settle(&f, r.Network)
		}
	}
	if r.LeftOut = f.LeftOut(owner); f.Err() != nil {
		return false, f.Err()
	}
	r.Mentions, truncated, err = sources.Settle(r.Mentions, system, owner, false,
		func(m *Mention) (*sources.Ref, time.Time) { return &m.Ref, m.PostedAt })
	if truncated {
		r.Cut |= PartMentions
	}
	return r.Cut != 0, err
}

func (p *Profile) settle(f *sources.Form) {
	f.URL("url", &p.URL)
	f.Identifier("network", &p.Network)
	if p.Network = strings.ToLower(p.Network); p.Network == "" {
		p.Network = "other"
	}
	f.Identifier("handle", &p.Handle)
	f.Name("displayName", &p.DisplayName)
	f.Count("followers", &p.Followers)
	f.Time("lastActiveAt", &p.LastActiveAt)
	f.Identifier("movedTo", &p.MovedTo)
	if p.State == "" && p.MovedTo != "" {
		p.State = Moved
	} else if p.State == "" {
		p.State = Active
	}
	sources.Word(f, "state", &p.State, &p.RawState, OtherState, Active, Moved, Limited, Suspended, Deactivated, Memorial, OtherState)
}

func (m *Mention) settle(f *sources.Form, network string) {
	f.Ref(&m.Ref)
	f.Identifier("network", &m.Network)
	if m.Network = strings.ToLower(m.Network); m.Network == "" {
		m.Network = network
	}
	f.Text("text", &m.Text)
	f.Language("language", &m.Language)
	f.Between("sentiment", &m.SentimentValue, -1, 1)
	f.Count("reach", &m.Reach)
	f.Needed("postedAt", m.PostedAt)
}
