package project

import _ "embed" // for the schema

//go:embed x-clocker.schema.json
var schemaJSON string

// Schema is the JSON Schema (draft 2020-12) of x-clocker in a compose file. Its
// definitions project, service and config hold what may stand where.
func Schema() string { return schemaJSON }
