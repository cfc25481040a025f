// Package summary ends `go test ./...`: its test is started last, and says what the others
// skipped for want of what.
package summary
