package sourcetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"customer360/sources"
)

// testErasing holds a source that can erase to [sources.Eraser].
func testErasing[V any](run func(string, func(*testing.T, Fixture[V])), failures []Failure) {
	ctx := context.Background()
	// left reports which of the known keys are there, and whether the others are missing.
	left := func(t *testing.T, f Fixture[V]) []string {
		t.Helper()
		answers, err := f.Source.Fetch(ctx, f.Known, all(f.Parts))
		if err != nil || len(answers) != len(f.Known) {
			t.Fatalf("%d answers, %v", len(answers), err)
		}
		return slices.DeleteFunc(slices.Clone(f.Known), func(k string) bool { return answers[k].Missing })
	}
	run("erases what it is given, and nothing else", func(t *testing.T, f Fixture[V]) {
		eraser := sources.EraserOf(f.Source)
		// Read before, so that whoever keeps answers has them.
		left(t, f)
		keys := []string{f.Known[0], f.Unknown, f.Known[1]}
		given := slices.Clone(keys)
		for range 2 {
			if err := eraser.Erase(ctx, keys); err != nil {
				t.Fatal(err)
			}
			if got := left(t, f); !slices.Equal(got, f.Known[2:]) {
				t.Errorf("%d records are left; want %d", len(got), len(f.Known)-2)
			}
		}
		if !slices.Equal(keys, given) {
			t.Error("the slice of keys was changed")
		}
	})
	run("erases nothing for no keys", func(t *testing.T, f Fixture[V]) {
		if err := sources.EraserOf(f.Source).Erase(ctx, nil); err != nil {
			t.Error(err)
		}
		if got := left(t, f); !slices.Equal(got, f.Known) {
			t.Errorf("%d records are left; want %d", len(got), len(f.Known))
		}
	})
	run("does not begin to erase after its context ended", func(t *testing.T, f Fixture[V]) {
		ended, cancel := context.WithCancel(ctx)
		cancel()
		var e *sources.Error
		if err := sources.EraserOf(f.Source).Erase(ended, f.Known); !errors.As(err, &e) || e.Kind != sources.Canceled {
			t.Errorf("%v; want an error of kind CANCELED", err)
		}
		if got := left(t, f); !slices.Equal(got, f.Known) {
			t.Errorf("%d records are left; want %d", len(got), len(f.Known))
		}
	})
	for i, failure := range failures {
		if failure.Kind == sources.Malformed {
			// What cannot be read can be erased all the same.
			run("erases what it cannot read", func(t *testing.T, f Fixture[V]) {
				f.Failures[i].Arm()
				if err := sources.EraserOf(f.Source).Erase(ctx, f.Known); err != nil {
					t.Fatal(err)
				}
				if got := left(t, f); len(got) > 0 {
					t.Errorf("%d records are left", len(got))
				}
			})
			continue
		}
		run("tells that nothing was erased, since it is "+string(failure.Kind), func(t *testing.T, f Fixture[V]) {
			f.Failures[i].Arm()
			checkError(t, f, sources.EraserOf(f.Source).Erase(limited(t, failure.Kind), f.Known), failure.Kind, failure.Secrets)
		})
	}
}
