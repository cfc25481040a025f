package cost

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// In no window more is spent than the limit, what is refused is not charged, and what is
// told to be left can be spent until the window ends.
func TestBudgetIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := NewBudget()
		limit := rapid.IntRange(1, 100).Draw(t, "limit")
		now, spent, end := noon, map[string]int{}, map[string]time.Time{}
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			id := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id")
			if !now.Before(end[id]) {
				spent[id], end[id] = 0, now.Add(Window)
				if left, reset := b.Peek(id, limit, now); left != limit || !reset.Equal(now.Add(Window)) {
					t.Fatalf("in a new window %d of %d is left until %v", left, limit, reset)
				}
			}
			n := rapid.IntRange(0, 120).Draw(t, "cost")
			left, reset, ok := b.Take(id, n, limit, now)
			if ok != (spent[id]+n <= limit) {
				t.Fatalf("%d of %d: %v, after %d", n, limit, ok, spent[id])
			}
			if ok {
				spent[id] += n
			}
			if left != limit-spent[id] || !reset.Equal(end[id]) {
				t.Fatalf("%d is left until %v; want %d until %v", left, reset, limit-spent[id], end[id])
			}
			if peeked, at := b.Peek(id, limit, now); peeked != left || !at.Equal(reset) {
				t.Fatalf("a peek gives %d until %v; want %d until %v", peeked, at, left, reset)
			}
		}
	})
}

func TestALimitThatIsLoweredIsKept(t *testing.T) {
	b := NewBudget()
	b.Take("a", 80, 100, noon)
	if left, _, ok := b.Take("a", 1, 50, noon); ok || left != 0 {
		t.Errorf("over the new limit: %v, %d left", ok, left)
	}
}

// Many spenders do not take more memory than some, and those whose windows run are not
// forgotten for those whose windows have ended.
func TestBudgetIsBounded(t *testing.T) {
	b := NewBudget()
	for i := range 3 * maxSpenders {
		b.Take(fmt.Sprint("old ", i), 1, 10, noon)
	}
	n := 0
	for i := range b.shards {
		n += len(b.shards[i].windows)
	}
	if n > maxSpenders {
		t.Errorf("%d spenders are remembered; want at most %d", n, maxSpenders)
	}
	later := noon.Add(Window)
	const active = maxSpenders / 100
	for i := range active {
		b.Take(fmt.Sprint("new ", i), 10, 10, later)
	}
	forgotten := 0
	for i := range active {
		if left, _ := b.Peek(fmt.Sprint("new ", i), 10, later); left > 0 {
			forgotten++
		}
	}
	if forgotten > active/20 {
		t.Errorf("%d of %d windows that run were forgotten", forgotten, active)
	}
}

func TestSpendersAtOnceKeepTheBudget(t *testing.T) {
	b := NewBudget()
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if _, _, ok := b.Take("a", 3, 1000, noon); ok {
					taken.Add(3)
				}
			}
		})
	}
	wg.Wait()
	if taken.Load() != 999 {
		t.Errorf("%d was taken of 1000; want 999", taken.Load())
	}
}

func BenchmarkTake(b *testing.B) {
	budget := NewBudget()
	b.ReportAllocs()
	for b.Loop() {
		budget.Take("key:4F7Q", 1, Max, noon)
	}
}
