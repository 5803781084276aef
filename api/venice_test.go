package api_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestTheDescriptionHasWhatIsClaimedOfVenices(t *testing.T) {
	doc := load(t)
	for _, c := range venice {
		t.Run(c.route, func(t *testing.T) {
			method, path, _ := strings.Cut(c.route, " ")
			item := doc.Paths.Value(path)
			if item == nil || item.GetOperation(method) == nil {
				t.Fatal("the description has no such route")
			}
			operation := item.GetOperation(method)
			for _, status := range strings.Fields(c.statuses) {
				if operation.Responses.Value(status) == nil {
					t.Errorf("no status %s", status)
				}
			}
			for _, name := range strings.Fields(c.query) {
				if operation.Parameters.GetByInAndName(openapi3.ParameterInQuery, name) == nil {
					t.Errorf("no parameter %s", name)
				}
			}
			members := map[string][]*openapi3.Schema{}
			if operation.RequestBody != nil {
				members["request"] = schemasOf(operation.RequestBody.Value.Content)
			}
			if answer := operation.Responses.Value("200"); answer != nil {
				members["answer"] = schemasOf(answer.Value.Content)
				for _, name := range strings.Fields(c.types) {
					if answer.Value.Content[name] == nil {
						t.Errorf("no answers of type %s", name)
					}
				}
			}
			c.checkMembers(t, members)
		})
	}
}

func (c claim) checkMembers(t *testing.T, members map[string][]*openapi3.Schema) {
	for _, list := range []struct {
		of, paths string
		required  bool
	}{{"request", c.needs, true}, {"request", c.takes, false}, {"answer", c.always, true}, {"answer", c.gives, false}} {
		for _, path := range strings.Fields(list.paths) {
			found, required := follow(members[list.of], path)
			switch {
			case len(found) == 0:
				t.Errorf("no %s member %s", list.of, path)
			case list.required && !required:
				t.Errorf("the %s member %s may be missing", list.of, path)
			}
		}
	}
	for place, words := range c.words {
		of, path, _ := strings.Cut(place, " ")
		found, _ := follow(members[of], path)
		for _, word := range strings.Fields(words) {
			if !slices.ContainsFunc(found, func(s *openapi3.Schema) bool {
				return slices.Contains(s.Enum, any(word)) || word == "true" && slices.Contains(s.Enum, any(true))
			}) {
				t.Errorf("%s cannot be %s", place, word)
			}
		}
	}
}

// schemasOf are the schemas of JSON and forms.
func schemasOf(content openapi3.Content) []*openapi3.Schema {
	var schemas []*openapi3.Schema
	for _, kind := range []string{"application/json", "multipart/form-data"} {
		if media := content[kind]; media != nil {
			schemas = append(schemas, alternatives(media.Schema)...)
		}
	}
	return schemas
}

// alternatives are the schemas that a value may have, those of a list's items
// among them.
func alternatives(ref *openapi3.SchemaRef) []*openapi3.Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	schemas := []*openapi3.Schema{ref.Value}
	for _, choice := range slices.Concat(ref.Value.AnyOf, ref.Value.OneOf, ref.Value.AllOf) {
		schemas = append(schemas, alternatives(choice)...)
	}
	return append(schemas, alternatives(ref.Value.Items)...)
}

// follow goes along a dotted path and reports whether its last member is
// required where it is.
func follow(schemas []*openapi3.Schema, path string) (found []*openapi3.Schema, required bool) {
	for name := range strings.SplitSeq(path, ".") {
		found, required = nil, false
		for _, schema := range schemas {
			if member := schema.Properties[name]; member != nil {
				found = append(found, alternatives(member)...)
				required = required || slices.Contains(schema.Required, name)
			}
		}
		schemas = found
	}
	return found, required
}
