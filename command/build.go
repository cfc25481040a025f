package command

import (
	"runtime/debug"

	"customer360/internal/telemetry"
)

// A build is which build of the command this is. What is not known is empty: only a build in a
// checkout knows its commit.
type build telemetry.Build

// thisBuild reads what Go has written into the binary.
func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{Version: "unknown"}
	}
	b := build{Version: info.Main.Version, Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String is what --version says: the version, the commit and its date, and Go's.
func (b build) String() string {
	text := b.Version
	if b.Commit != "" {
		text += ", commit " + b.Commit
	}
	if b.Date != "" {
		text += " of " + b.Date
	}
	if b.Modified {
		text += ", changed since"
	}
	if b.Go != "" {
		text += ", " + b.Go
	}
	return text
}
