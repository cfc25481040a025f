package graph

import (
	"encoding/json"

	"customer360/audit"
	"customer360/customer"
	"customer360/graph/relay"
	"customer360/rights"
)

// Mutation is where every change starts.
type Mutation struct{}

// ExportCustomerInput says which customer to export.
type ExportCustomerInput struct {
	CustomerID     string
	IdempotencyKey string
}

// ExportCustomerPayload is a package, or why there is none.
type ExportCustomerPayload struct {
	Package  *CustomerPackage
	Problems []Problem
}

// CustomerPackage is a package, and what it is as a document.
type CustomerPackage struct {
	*rights.Package
	Document json.RawMessage
}

// EraseCustomerInput says which customer to erase.
type EraseCustomerInput struct {
	CustomerID     string
	IdempotencyKey string
	DryRun         bool
}

// EraseCustomerPayload is an erasure, or why nothing was done.
type EraseCustomerPayload struct {
	Erasure  *rights.Erasure
	Problems []Problem
}

// Problem is why something was not done.
type Problem interface{ IsProblem() }

// CustomerNotFound is the problem that there is no such customer for the caller.
type CustomerNotFound struct {
	Code    customer.ErrorCode
	Message string
}

// IsProblem says that it is a [Problem].
func (CustomerNotFound) IsProblem() {}

type (
	// AccessLogConnection is a page of the access log.
	AccessLogConnection = relay.Page[*audit.Listed]
	// AccessLogEdge is an entry of a page of the access log.
	AccessLogEdge = relay.Edge[*audit.Listed]
)
