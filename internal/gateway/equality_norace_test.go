//go:build !race

package gateway_test

const someOperations = 4000
