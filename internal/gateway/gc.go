package gateway

import (
	"os"
	"runtime/debug"
)

// collectAt is how much the heap grows over what is in use, in percent, before it is
// collected. Most of what a request allocates is garbage when it is answered, so that
// collecting less often costs memory and saves time: a gateway has little in use.
const collectAt = 400

// TuneGC sets how often garbage is collected, unless the environment does by GOGC.
// GOMEMLIMIT bounds the memory as ever: near the limit it is collected more often.
func TuneGC() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
}
