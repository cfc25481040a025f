package sources

import "slices"

// byWeight are the kinds, from what an operator must act on to what passes by itself.
var byWeight = []Kind{Internal, Unauthorized, RateLimited, Unavailable, TimedOut, Malformed, BadLink, Canceled}

// maxRecords bounds how many records an error names: more are not read in a log line.
const maxRecords = 20

// Worse gives the error that weighs more, the first of two alike; either may be nil.
// The longer of two waits stays, and the records of both are named.
func Worse(a, b *Error) *Error {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	heavy, light := a, b
	if slices.Index(byWeight, b.Kind) < slices.Index(byWeight, a.Kind) {
		heavy, light = b, a
	}
	if light.Kind == heavy.Kind && light.RetryAfter > heavy.RetryAfter {
		heavy, light = light, heavy
	}
	if len(light.Records) == 0 || len(heavy.Records) >= maxRecords {
		return heavy
	}
	both := *heavy
	both.Records = slices.Concat(heavy.Records, light.Records)
	both.Records = both.Records[:min(len(both.Records), maxRecords)]
	return &both
}
