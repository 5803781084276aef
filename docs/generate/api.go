package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"stakegate/api"
)

// methods in the order in which a path's operations are shown.
var methods = []string{"GET", "POST", "PATCH", "PUT", "DELETE"}

// apiPage renders the description that servers have at /openapi.yaml.
func apiPage() (string, error) {
	document, err := openapi3.NewLoader().LoadFromData(api.OpenAPI)
	if err != nil {
		return "", err
	}
	var page strings.Builder
	page.WriteString("# HTTP API\n\nThis page is generated from [api/openapi.yaml](../api/openapi.yaml) (`make generate`), which every server has at `/openapi.yaml` and every answer in the\n" +
		"tests is held against. What is asked of requests in detail stands in [requests.md](requests.md), what other APIs' clients may send in [dialects.md](dialects.md).\n\n")
	page.WriteString(strings.TrimSpace(document.Info.Description) + "\n")
	for _, tag := range document.Tags {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n", tag.Name, oneLine(tag.Description))
		for _, path := range slices.Sorted(maps.Keys(document.Paths.Map())) {
			item := document.Paths.Value(path)
			for _, method := range methods {
				if operation := item.GetOperation(method); operation != nil && slices.Contains(operation.Tags, tag.Name) {
					writeOperation(&page, document, item, method, path, operation)
				}
			}
		}
	}
	page.WriteString("\n## Schemas\n")
	for _, name := range slices.Sorted(maps.Keys(document.Components.Schemas)) {
		writeSchema(&page, name, document.Components.Schemas[name].Value)
	}
	return page.String(), nil
}

func writeOperation(page *strings.Builder, document *openapi3.T, item *openapi3.PathItem, method, path string, operation *openapi3.Operation) {
	prefix := "/api/v1"
	if len(item.Servers) > 0 {
		prefix = strings.TrimSuffix(item.Servers[0].URL, "/")
	}
	fmt.Fprintf(page, "\n### %s %s%s\n\n%s.", method, prefix, path, strings.TrimSuffix(oneLine(operation.Summary), "."))
	if operation.Security != nil && len(*operation.Security) == 0 || operation.Security == nil && len(document.Security) == 0 {
		page.WriteString(" No key is needed.")
	}
	page.WriteString("\n")
	if text := strings.TrimSpace(operation.Description); text != "" {
		page.WriteString("\n" + text + "\n")
	}
	parameters := append(slices.Clone(item.Parameters), operation.Parameters...)
	if len(parameters) > 0 {
		page.WriteString("\n| parameter | in | type | |\n|---|---|---|---|\n")
		for _, parameter := range parameters {
			p := parameter.Value
			fmt.Fprintf(page, "| `%s` | %s | %s | %s |\n", p.Name, p.In, typeOf(p.Schema), cell(required(p.Required)+p.Description))
		}
	}
	if operation.RequestBody != nil {
		for _, media := range slices.Sorted(maps.Keys(operation.RequestBody.Value.Content)) {
			fmt.Fprintf(page, "\nBody: `%s`, %s.\n", media, typeOf(operation.RequestBody.Value.Content[media].Schema))
		}
	}
	page.WriteString("\n| answer | | |\n|---|---|---|\n")
	answers := operation.Responses.Map()
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		answer := answers[status].Value
		var bodies []string
		for _, media := range slices.Sorted(maps.Keys(answer.Content)) {
			bodies = append(bodies, strings.TrimSpace("`"+media+"` "+typeOf(answer.Content[media].Schema)))
		}
		fmt.Fprintf(page, "| %s | %s | %s |\n", status, cell(*answer.Description), strings.Join(bodies, "<br>"))
	}
}

func writeSchema(page *strings.Builder, name string, schema *openapi3.Schema) {
	fmt.Fprintf(page, "\n### %s\n", name)
	if text := strings.TrimSpace(schema.Description); text != "" {
		page.WriteString("\n" + text + "\n")
	}
	if len(schema.Properties) == 0 {
		fmt.Fprintf(page, "\n%s\n", typeOf(&openapi3.SchemaRef{Value: schema}))
		return
	}
	page.WriteString("\n| member | type | |\n|---|---|---|\n")
	for _, member := range slices.SortedFunc(maps.Keys(schema.Properties), func(a, b string) int {
		// Those that are always there come first.
		return cmp.Or(boolOrder(slices.Contains(schema.Required, a), slices.Contains(schema.Required, b)), strings.Compare(a, b))
	}) {
		property := schema.Properties[member]
		text := ""
		if property.Value != nil && property.Ref == "" {
			text = property.Value.Description
		}
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", member, typeOf(property), cell(required(slices.Contains(schema.Required, member))+text))
	}
}

func boolOrder(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// typeOf names a type in a few words, with a link where it has a name.
func typeOf(ref *openapi3.SchemaRef) string {
	if ref == nil || ref.Value == nil {
		return ""
	}
	if name, named := strings.CutPrefix(ref.Ref, "#/components/schemas/"); named {
		return "[" + name + "](#" + strings.ToLower(name) + ")"
	}
	schema := ref.Value
	var words []string
	for _, alternatives := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf} {
		for _, alternative := range alternatives {
			words = append(words, typeOf(alternative))
		}
	}
	if len(words) > 0 {
		return strings.Join(words, " or ")
	}
	for _, part := range schema.AllOf {
		words = append(words, typeOf(part))
	}
	if len(words) > 0 {
		return strings.Join(words, " and ")
	}
	return plainType(schema)
}

func plainType(schema *openapi3.Schema) string {
	text := "anything"
	switch {
	case schema.Type.Is("array"):
		text = "list of " + typeOf(schema.Items)
	case len(schema.Enum) > 0:
		var values []string
		for _, value := range schema.Enum {
			values = append(values, fmt.Sprintf("`%v`", value))
		}
		text = strings.Join(values, ", ")
	case schema.Type != nil && len(schema.Type.Slice()) > 0:
		text = strings.Join(schema.Type.Slice(), " or ")
		if schema.Format != "" {
			text += " (" + schema.Format + ")"
		}
	}
	if schema.Nullable {
		text += ", or null"
	}
	return text
}

func required(is bool) string {
	if is {
		return "**Always.** "
	}
	return ""
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func cell(text string) string { return strings.ReplaceAll(oneLine(text), "|", "\\|") }
