package social

import (
	"strings"
	"time"

	"customer360/sources"
)

// Settle brings a record that a system gave into the form that the contract asks
// for, see [sources.Settle]. Names are without characters that are not seen. A network that is not given is "other". It reports
// whether mentions were cut.
func (r *Record) Settle(system, owner string) (truncated bool, err error) {
	r.System, r.Owner, r.RecordID = system, owner, owner
	r.Handle, r.DisplayName = sources.OnlyVisible(r.Handle), sources.Visible(r.DisplayName)
	if r.Network = strings.ToLower(sources.OnlyVisible(r.Network)); r.Network == "" {
		r.Network = "other"
	}
	r.Mentions, truncated, err = sources.Settle(r.Mentions, system, owner, false,
		func(m *Mention) (*sources.Ref, time.Time) { return &m.Ref, m.PostedAt })
	for _, m := range r.Mentions {
		if m.Network = strings.ToLower(sources.OnlyVisible(m.Network)); m.Network == "" {
			m.Network = r.Network
		}
	}
	if truncated {
		r.Cut |= PartMentions
	}
	return r.Cut != 0, err
}
