//go:build noembed

package store

type tidy struct{}
