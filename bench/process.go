package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// A process is a server that is measured.
type process struct {
	cmd  *exec.Cmd
	addr string
	done chan struct{}
}

// startTimeout is far more than any server takes to listen; probeEach is how often it is
// looked whether one does, often enough for the time of a cold start.
const (
	startTimeout = 20 * time.Second
	probeEach    = 500 * time.Microsecond
)

// stopTimeout is what a profile takes to be written.
const stopTimeout = 2 * time.Second

// start starts a server on the core for servers, at an address that was free, and waits
// until it listens there; one that finds the address taken ends, which is an error. It ends
// with this process.
func (b *bench) start(ctx context.Context, s server, w workload) (*process, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := free.Addr().String()
	free.Close()
	if s.prepare != nil {
		if err := s.prepare(ctx, b, w, addr); err != nil {
			return nil, err
		}
	}
	argv := s.command(b, w, addr)
	if b.profiles != "" && s.family == "go" {
		argv = append(argv, "-profile", filepath.Join(b.profiles, w.name+"-"+s.key+".pprof"))
	}
	if b.pinned {
		argv = append([]string{"taskset", "-c", strconv.Itoa(b.serverCPU)}, argv...)
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "NODE_ENV=production")
	cmd.Env = append(cmd.Env, s.env...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, addr: addr, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	if err := p.listens(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w", s.key, err)
	}
	return p, nil
}

// listens waits until the process takes connections.
func (p *process) listens(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("it does not listen after %s", startTimeout))
	defer cancel()
	again := time.NewTicker(probeEach)
	defer again.Stop()
	for {
		if c, err := dial(ctx, p.addr); err == nil {
			return c.Close()
		}
		select {
		case <-p.done:
			return errors.New("it ended before it listened")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-again.C:
		}
	}
}

// stop ends the process, by force if need be, and waits for its end.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopTimeout):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// cpu gives the processor time, user and system, that the process took so far. It is the
// sum that /proc/PID/stat has, to the nanosecond instead of the hundredth of a second.
func (p *process) cpu() (time.Duration, error) {
	const schedClock = 2 // CPUCLOCK_SCHED of linux/posix-timers.h, for a process
	clock := uintptr(uint32(^int32(p.cmd.Process.Pid)<<3 | schedClock))
	var t syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&t)), 0); errno != 0 {
		return 0, errno
	}
	return time.Duration(t.Nano()), nil
}

// mib gives a figure of /proc/PID/status that is told in kB, as "VmHWM:", the most memory
// that was resident.
func (p *process) mib(name string) (float64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"))
			return float64(kib) / 1024, err
		}
	}
	return 0, fmt.Errorf("there is no %s", name)
}

// allowedCPUs gives the cores that this process may run on.
func allowedCPUs() ([]int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(status) {
		rest, ok := bytes.CutPrefix(line, []byte("Cpus_allowed_list:"))
		if !ok {
			continue
		}
		var cpus []int
		for part := range strings.SplitSeq(strings.TrimSpace(string(rest)), ",") {
			from, to, isRange := strings.Cut(part, "-")
			first, err := strconv.Atoi(from)
			last := first
			if err == nil && isRange {
				last, err = strconv.Atoi(to)
			}
			if err != nil {
				return nil, err
			}
			for c := first; c <= last; c++ {
				cpus = append(cpus, c)
			}
		}
		return cpus, nil
	}
	return nil, errors.New("there is no Cpus_allowed_list")
}

// pin puts this process, and with it the load and the stub, on one core, and leaves
// another one to the servers. It reports why it could not.
func (b *bench) pin(ctx context.Context) error {
	cpus, err := allowedCPUs()
	if err != nil {
		return err
	}
	if len(cpus) < 2 {
		return errors.New("there is one core only")
	}
	if err := exec.CommandContext(ctx, "taskset", "-a", "-p", "-c", strconv.Itoa(cpus[1]), strconv.Itoa(os.Getpid())).Run(); err != nil {
		return fmt.Errorf("taskset: %w", err)
	}
	b.serverCPU, b.loadCPU, b.pinned = cpus[0], cpus[1], true
	return nil
}
