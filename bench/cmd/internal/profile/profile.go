// Package profile profiles a server of the benchmark.
package profile

import (
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// Start writes a CPU profile to a file, from now until the process is told to end; with
// an empty name it does nothing.
func Start(file string) error {
	if file == "" {
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-end
		pprof.StopCPUProfile()
		_ = f.Close()
		os.Exit(0)
	}()
	return nil
}
