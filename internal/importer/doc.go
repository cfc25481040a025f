// Package importer loads customers that a company already has: rows of a CSV or
// NDJSON file become profiles, links and the records of the documents adapters, as
// a mapping in YAML says, whose values are jq expressions over the row. What a row
// says is added to what is known, so that loading a file twice changes nothing. A row that
// cannot be loaded is set aside with the reason, and the rest is loaded.
package importer
