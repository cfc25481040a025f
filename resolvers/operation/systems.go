package operation

import (
	"strings"

	"customer360/sources"
	"customer360/sources/billing"
	"customer360/sources/profiles"
	"customer360/sources/social"
	"customer360/sources/support"
)

// A System is one configured system of a source.
type System[V any] struct {
	// Source asks it, guards included.
	Source sources.Source[string, V]
	// Kind is the kind of adapter, as "documents".
	Kind string
}

// Name is the part of the source's name behind the slash: what links call the system.
func (s System[V]) Name() string { return systemName(s.Source.Name()) }

func systemName(source string) string {
	_, system, _ := strings.Cut(source, "/")
	return system
}

// Systems are all that the gateway asks. Names must be unique within a source.
type Systems struct {
	// Spine holds the profiles.
	Spine profiles.Spine
	// SpineKind is the kind of its adapter.
	SpineKind string
	Billing   []System[*billing.Record]
	Support   []System[*support.Record]
	Social    []System[*social.Record]
}

// SpineName is what links and ids call the spine.
func (s Systems) SpineName() string { return systemName(s.Spine.Name()) }
