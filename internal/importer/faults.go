package importer

import "customer360/internal/fault"

// A Fault is one thing that is wrong with a mapping, or between it and a file. Its text
// quotes the expression if it is about one, and holds no value of the input.
type Fault = fault.Fault

// Faults are all that is wrong, in the order of the mapping.
type Faults = fault.Faults
