package jq

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/itchyny/gojq"
)

// Work is counted in bytes: what a function of jq reads and makes, and stepWork for a
// step of the interpreter, which puts as much onto its stacks or some times that. So one
// number bounds the memory of an expression, which cannot hold more than it made, and its
// time.
const (
	stepWork = 32
	// MaxRun bounds one run of an expression.
	MaxRun = 64 << 20
	// maxDepth bounds nesting, which functions of jq follow by recursion: Go ends the
	// process where a stack is full.
	maxDepth = 10_000
)

var (
	// ErrTooMuch is given for an expression that takes or makes more than it may.
	ErrTooMuch = errors.New("the expression takes too long or produces too much")
	errTooDeep = fmt.Errorf("%w: it nests deeper than %d levels", ErrTooMuch, maxDepth)
)

// A Budget is the work that several runs may do together: those over one row, or one
// page. It is for one goroutine.
type Budget struct {
	ctx  context.Context
	left int
	// Warnings are what functions left out until now, see [Warning].
	Warnings []Warning
}

// NewBudget gives a budget of so many bytes of work. Runs end with ctx as well.
func NewBudget(ctx context.Context, work int) *Budget { return &Budget{ctx: ctx, left: work} }

// A meter counts the work of one run. It is the context of the run, since the
// interpreter asks that before each of its steps; once it is used up it stays so,
// whatever the expression catches.
type meter struct {
	context.Context
	budget *Budget
	left   int
	ticks  uint8
	err    error
}

var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (m *meter) start(b *Budget) {
	*m = meter{Context: b.ctx, budget: b, left: min(MaxRun, b.left)}
}

// end charges the run to its budget.
func (m *meter) end(granted int) { m.budget.left -= granted - max(m.left, 0) }

// Done is asked before each step.
func (m *meter) Done() <-chan struct{} {
	if m.ticks++; m.ticks == 0 && m.err == nil {
		m.err = m.Context.Err()
	}
	if m.spend(stepWork) != nil {
		return closed
	}
	return nil
}

// Err says why the run ends.
func (m *meter) Err() error { return m.err }

// spend takes work from what is left; the error is that of a run that has used it up.
func (m *meter) spend(work int) error {
	if work < 0 || work > m.left {
		m.left = -1
		if m.err == nil {
			m.err = ErrTooMuch
		}
	} else {
		m.left -= work
	}
	return m.err
}

// The interpreter cannot be stopped within a function, and has no hook for it. So what
// it compiled is changed: each call of a function of Go goes through the meter, and so
// does each iterator, which copies what it goes over. These are its types, as they are
// in memory.
type (
	program struct {
		_     []string
		codes []*instruction
		_     []struct{}
	}
	instruction struct {
		v  any
		op operation
	}
	operation int
)

// The operations that are changed or put in, by the names that the interpreter has for
// them.
var opIter, opCall, opJump, opRet operation

func init() {
	mirror, theirs := reflect.TypeFor[program](), reflect.TypeFor[gojq.Code]()
	fits := mirror.NumField() == theirs.NumField() && mirror.Size() == theirs.Size() && theirs.Field(1).Name == "codes"
	if fits {
		code := theirs.Field(1).Type.Elem().Elem()
		fits = code.Size() == reflect.TypeFor[instruction]().Size() && code.Field(0).Name == "v" &&
			code.Field(0).Type == reflect.TypeFor[any]() && code.Field(1).Type.Kind() == reflect.Int
		for i := range int64(64) {
			op := reflect.New(code.Field(1).Type).Elem()
			op.SetInt(i)
			switch nameOf(op) {
			case "iter":
				opIter = operation(i)
			case "call":
				opCall = operation(i)
			case "jump":
				opJump = operation(i)
			case "ret":
				opRet = operation(i)
			}
		}
	}
	if !fits || opIter*opCall*opJump*opRet == 0 {
		panic("this version of gojq differs from the one that sources/jq was written for, so its expressions cannot be bounded")
	}
}

// nameOf gives the name of an operation; it is empty for numbers that are none.
func nameOf(op reflect.Value) (name string) {
	defer func() { _ = recover() }()
	return op.Interface().(fmt.Stringer).String()
}

// metered gives a copy of a compiled program whose work m counts.
func metered(code *gojq.Code, m *meter) *gojq.Code {
	clone := *code
	p := (*program)(unsafe.Pointer(&clone))
	codes := append([]*instruction(nil), p.codes...)
	each := [3]any{func(x any, _ []any) any {
		if err := m.spend(iterating(x)); err != nil {
			return err
		}
		return x
	}, 0, "_each"}
	for i, c := range p.codes {
		switch f, native := c.v.([3]any); {
		case c.op == opCall && native:
			do, name := f[0].(func(any, []any) any), f[2].(string)
			codes[i] = &instruction{[3]any{m.function(name, do), f[1], name}, opCall}
		case c.op == opIter:
			// Work is charged on the way to it. What comes back to the iterator for its
			// next value comes to where it is now.
			codes[i] = &instruction{len(codes), opJump}
			codes = append(codes, &instruction{each, opCall}, c, &instruction{i + 1, opJump})
		}
	}
	// The last instruction is where the whole program returns to.
	p.codes = append(codes, p.codes[len(p.codes)-1])
	return &clone
}

// function gives a function that is paid for.
func (m *meter) function(name string, do func(any, []any) any) func(any, []any) any {
	switch name {
	case "_match":
		do = m.match
	case "strptime":
		do = strptime
	}
	before, known := costs[name]
	if !known {
		before = reading
	}
	return func(x any, args []any) any {
		if err := m.spend(before(m, x, args)); err != nil {
			return err
		}
		made := 0
		if name == "_setpath" {
			made = allocated(args)
		}
		w := do(x, args)
		if left, ok := w.(Warning); ok {
			m.budget.Warnings, w = append(m.budget.Warnings, left), nil
		}
		work := size(w)
		if name == "_setpath" && allocated(args) > made {
			work = alongPath(x, args)
		}
		if free[name] {
			work = 0
		}
		if err := m.spend(work); err != nil {
			return err
		}
		return w
	}
}
