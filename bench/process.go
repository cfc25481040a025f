package main

import (
	"bufio"
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

// startTimeout is far more than any server takes to listen.
const startTimeout = 20 * time.Second

// stopTimeout is what a profile takes to be written.
const stopTimeout = 2 * time.Second

// start starts a server on the core for servers, and waits until it says its address
// on the first line of its output. It ends with this process.
func (b *bench) start(ctx context.Context, s server, w workload) (*process, error) {
	addr := ""
	if s.told {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		addr = free.Addr().String()
		free.Close()
	}
	if s.prepare != nil {
		if err := s.prepare(ctx, b, w, addr); err != nil {
			return nil, err
		}
	}
	argv := s.command(b, w)
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
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	line := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if s.told {
				continue
			}
			select {
			case line <- lines.Text():
			default:
			}
		}
		_ = cmd.Wait()
		close(p.done)
	}()
	if s.told {
		go func() { line <- accepted(ctx, addr, p.done) }()
	}
	select {
	case p.addr = <-line:
		return p, nil
	case <-p.done:
		return nil, fmt.Errorf("%s ended at once", s.key)
	case <-time.After(startTimeout):
		p.stop()
		return nil, fmt.Errorf("%s did not start within %s", s.key, startTimeout)
	}
}

// accepted gives an address as soon as somebody listens there.
func accepted(ctx context.Context, addr string, done <-chan struct{}) string {
	for {
		if c, err := dial(ctx, addr); err == nil {
			c.Close()
			return addr
		}
		select {
		case <-done:
			return ""
		case <-time.After(time.Millisecond):
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
