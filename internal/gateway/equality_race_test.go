//go:build race

package gateway_test

// someOperations are fewer under the race detector, which takes ten times as long.
const someOperations = 400
