package mcpserver

import (
	"reflect"

	"github.com/ethereum/go-ethereum/common"
	"github.com/google/jsonschema-go/jsonschema"

	"stakegate/agent"
)

// typeSchemas describe types that encode otherwise than their Go kinds do.
var typeSchemas = map[reflect.Type]*jsonschema.Schema{
	reflect.TypeFor[agent.Amount]():   {Type: "string", Description: "a decimal number"},
	reflect.TypeFor[agent.Decimal]():  {Types: []string{"number", "null"}},
	reflect.TypeFor[*agent.Decimal](): {Types: []string{"number", "null"}},
	reflect.TypeFor[common.Address](): {Type: "string"},
	reflect.TypeFor[common.Hash]():    {Type: "string"},
}

// schemaOf describes what a tool returns; the SDK holds every result against it.
func schemaOf[T any]() *jsonschema.Schema {
	schema, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: typeSchemas})
	if err != nil {
		panic("mcpserver: a tool returns what has no schema: " + err.Error()) // its type is fixed here
	}
	return schema
}
