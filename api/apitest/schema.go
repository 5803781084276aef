package apitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/go-json-experiment/json/jsontext"
)

// closeObjects makes every object closed that has named members and does not
// say whether it admits others.
func closeObjects(doc *openapi3.T) {
	visited := map[*openapi3.Schema]bool{}
	var visit func(ref *openapi3.SchemaRef)
	visit = func(ref *openapi3.SchemaRef) {
		if ref == nil || ref.Value == nil || visited[ref.Value] {
			return
		}
		schema := ref.Value
		visited[schema] = true
		others := &schema.AdditionalProperties
		if len(schema.Properties) > 0 && others.Has == nil && others.Schema == nil {
			no := false
			others.Has = &no
		}
		visit(schema.Items)
		visit(others.Schema)
		for _, property := range schema.Properties {
			visit(property)
		}
		for _, choice := range slices.Concat(schema.AnyOf, schema.OneOf) {
			visit(choice)
		}
	}
	for _, ref := range doc.Components.Schemas {
		visit(ref)
	}
}

// formats are made once: the library compiles an expression for each of its
// validators.
var formats = []openapi3.SchemaValidationOption{
	openapi3.MultiErrors(), openapi3.EnableFormatValidation(),
	openapi3.WithStringFormatValidator("date-time", openapi3.NewCallbackValidator(utcTime)),
	openapi3.WithStringFormatValidator("uuid", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForUUIDOfRFC4122)),
}

// checkValue holds a decoded JSON value against a schema.
func checkValue(schema *openapi3.Schema, value any, as openapi3.SchemaValidationOption) error {
	return schema.VisitJSON(value, append([]openapi3.SchemaValidationOption{as}, formats...)...)
}

// utcTime is RFC 3339 in UTC with the suffix Z, as the whole API writes times.
func utcTime(text string) error {
	if _, err := time.Parse(time.RFC3339Nano, text); err != nil || !strings.HasSuffix(text, "Z") {
		return errors.New("is not an RFC 3339 time with the suffix Z")
	}
	return nil
}

// checkJSON holds a JSON document against a schema. Duplicate members and
// invalid UTF-8 (RFC 7493) are refused as well.
func checkJSON(schema *openapi3.Schema, document []byte, as openapi3.SchemaValidationOption) error {
	if !jsontext.Value(document).IsValid() {
		return errors.New("is not JSON, or has a member twice or bytes that are not UTF-8")
	}
	var value any
	if err := json.Unmarshal(document, &value); err != nil {
		return err
	}
	return checkValue(schema, value, as)
}

// checkText holds a header or query value against a schema.
func checkText(schema *openapi3.Schema, text string, as openapi3.SchemaValidationOption) error {
	var value any = text
	if schema.Type.Is("integer") || schema.Type.Is("number") {
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		value = number
	}
	return checkValue(schema, value, as)
}

// plainHeaders begin with X- and are no matter of this API.
var plainHeaders = []string{"X-Accel-Buffering", "X-Content-Type-Options", "X-Frame-Options"}

// headersOf returns the headers that an answer may have: its own, and those
// that any answer may have, which none must.
func (v *Validator) headersOf(described *openapi3.Response) map[string]*openapi3.Header {
	headers := map[string]*openapi3.Header{}
	for name, optional := range v.common {
		headers[name] = optional
	}
	for name, ref := range described.Headers {
		headers[http.CanonicalHeaderKey(name)] = ref.Value
	}
	return headers
}

// commonHeaders reads x-common-headers, names and the components that describe
// them.
func commonHeaders(doc *openapi3.T) (map[string]*openapi3.Header, error) {
	names, ok := doc.Extensions["x-common-headers"].(map[string]any)
	if !ok {
		return nil, errors.New("the description has no x-common-headers")
	}
	headers := map[string]*openapi3.Header{}
	for name, component := range names {
		text, _ := component.(string)
		ref := doc.Components.Headers[text]
		if ref == nil {
			return nil, fmt.Errorf("x-common-headers: %s is described nowhere", name)
		}
		optional := *ref.Value
		optional.Required = false
		headers[http.CanonicalHeaderKey(name)] = &optional
	}
	return headers, nil
}

func (v *Validator) headerProblems(described *openapi3.Response, a answer) []string {
	var found []string
	header, known := a.header, v.headersOf(described)
	for name, wanted := range known {
		values := header.Values(name)
		switch {
		case len(values) > 1:
			found = append(found, fmt.Sprintf("header %s is sent %d times", name, len(values)))
		case len(values) == 0 && wanted.Required:
			found = append(found, fmt.Sprintf("header %s is missing", name))
		case len(values) == 1:
			if err := checkText(wanted.Schema.Value, values[0], openapi3.VisitAsResponse()); err != nil {
				found = append(found, fmt.Sprintf("header %s: %v", name, err))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if strings.HasPrefix(name, "X-") && known[name] == nil && !slices.Contains(plainHeaders, name) {
			found = append(found, fmt.Sprintf("header %s is not described for this answer", name))
		}
	}
	temporary := a.status == http.StatusTooManyRequests || a.status == http.StatusServiceUnavailable
	if temporary && header.Get("Retry-After") == "" && header.Get("X-Should-Retry") != "false" {
		found = append(found, "header Retry-After is missing, and X-Should-Retry does not say false")
	}
	return found
}

func (v *Validator) bodyProblems(req *http.Request, described *openapi3.Response, a answer) []string {
	contentType := a.header.Get("Content-Type")
	name, parameters, err := mime.ParseMediaType(contentType)
	media := described.Content[name]
	if err != nil || media == nil {
		return []string{fmt.Sprintf("the description has no content type %q here", contentType)}
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return []string{fmt.Sprintf("content type %q is not UTF-8", contentType)}
	}
	switch {
	case name == "text/event-stream":
		return v.streamProblems(media, a)
	case a.cut:
		return nil
	case name == "application/json":
		if err := checkJSON(formOf(req, media.Schema), a.body, openapi3.VisitAsResponse()); err != nil {
			return []string{"body: " + err.Error()}
		}
	case len(a.body) == 0:
		return []string{"the body is empty"}
	}
	return nil
}

// The shapes of errors below /v1, and on paths below /messages.
const (
	openAISchema    = "#/components/schemas/OpenAIError"
	anthropicSchema = "#/components/schemas/AnthropicError"
)

// formOf narrows a choice between the shapes of an error to the one that
// belongs to the request's path.
func formOf(req *http.Request, schema *openapi3.SchemaRef) *openapi3.Schema {
	choices := schema.Value.AnyOf
	if len(choices) < 2 || choices[1].Ref != openAISchema {
		return schema.Value
	}
	if len(choices) > 2 && choices[2].Ref == anthropicSchema && strings.Contains(req.URL.Path+"/", "/v1/messages/") {
		return choices[2].Value
	}
	if strings.HasPrefix(req.URL.Path, "/v1/") {
		return choices[1].Value
	}
	return choices[0].Value
}

// streamProblems checks a stream of server-sent events: each event against the
// schema that the media type names, and that the last one is one that may end
// it, or an error, unless the stream was cut.
func (v *Validator) streamProblems(media *openapi3.MediaType, a answer) []string {
	name, _ := media.Extensions["x-event-schema"].(string)
	named, _ := media.Extensions["x-event-named"].(bool)
	last, _ := media.Extensions["x-event-last"].([]any)
	schema := v.doc.Components.Schemas[name]
	if schema == nil || len(last) == 0 {
		return []string{"the description does not say what the events are"}
	}
	var found []string
	done, failed := false, false
	events := bytes.Split(bytes.ReplaceAll(a.body, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
	rest := events[len(events)-1]
	for i, text := range events[:len(events)-1] {
		e, err := readEvent(text, schema.Value)
		switch {
		case err == nil && e.data == nil: // a comment
			continue
		case done:
			err = errors.New("comes after the stream's end")
		case err == nil && named && e.name != e.kind:
			err = fmt.Errorf("is called %q, its type is %q", e.name, e.kind)
		case err == nil && !named && e.name != "":
			err = fmt.Errorf("is called %q, though events have no names here", e.name)
		}
		if err != nil {
			found = append(found, fmt.Sprintf("event %d: %v", i, err))
		}
		done = done || slices.Contains(last, any(e.kind))
		failed = e.failed
	}
	if !a.cut && len(bytes.TrimSpace(rest)) > 0 {
		found = append(found, "the last event has no end")
	}
	if !a.cut && !done && !failed {
		found = append(found, fmt.Sprintf("the stream ends without any of %v and without an error", last))
	}
	return found
}

// event is one of a stream.
type event struct {
	name   string
	data   []byte // nil: it is a comment
	kind   string // the data's member type, or all of it if it is no JSON
	failed bool   // it tells of an error
}

const doneMark = "[DONE]"

// readEvent joins an event's lines and checks its data, which is JSON unless
// it is [DONE].
func readEvent(text []byte, schema *openapi3.Schema) (event, error) {
	var e event
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		field, value, hasColon := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch {
		case len(line) == 0, hasColon && len(field) == 0: // nothing, or a comment
		case string(field) == "data" && hasColon && e.data == nil:
			e.data = value
		case string(field) == "data" && hasColon:
			e.data = slices.Concat(e.data, []byte("\n"), value)
		case string(field) == "event" && hasColon && e.name == "" && e.data == nil:
			e.name = string(value)
		default:
			return e, fmt.Errorf("a line begins with %q instead of data:", field)
		}
	}
	switch {
	case e.data == nil && e.name != "":
		return e, errors.New("has a name and no data")
	case e.data == nil:
		return e, nil
	case string(e.data) == doneMark:
		e.kind = doneMark
		return e, nil
	}
	var members map[string]jsontext.Value
	if json.Unmarshal(e.data, &members) == nil {
		_ = json.Unmarshal(members["type"], &e.kind) // no type, no kind
		e.failed = members["error"] != nil
	}
	return e, checkJSON(schema, e.data, openapi3.VisitAsResponse())
}

// acceptedProblems says what the description forbids in a request that was
// accepted all the same.
func (v *Validator) acceptedProblems(req *http.Request, body []byte) []string {
	route, _, err := v.router.FindRoute(req)
	if err != nil {
		return nil // the answer's own check has said so
	}
	var found []string
	if wanted := route.Operation.RequestBody; wanted != nil {
		if err := checkRequestBody(wanted.Value.Content, req.Header.Get("Content-Type"), body); err != nil {
			found = append(found, "accepted a body that the description forbids: "+err.Error())
		}
	}
	known := map[string]*openapi3.Schema{}
	for _, parameter := range slices.Concat(route.PathItem.Parameters, route.Operation.Parameters) {
		if parameter.Value.In == openapi3.ParameterInQuery {
			known[parameter.Value.Name] = parameter.Value.Schema.Value
		}
	}
	for name, values := range req.URL.Query() {
		schema := known[name]
		if schema == nil {
			continue // what is unknown is ignored on most routes
		}
		for _, value := range values {
			if err := checkText(schema, value, openapi3.VisitAsRequest()); err != nil {
				found = append(found, fmt.Sprintf("accepted a query that the description forbids: %s: %v", name, err))
			}
		}
	}
	return found
}

const multipartForm = "multipart/form-data"

// checkRequestBody holds a request's body against the description of its
// content type. Whatever is not said to be a form is JSON.
func checkRequestBody(described openapi3.Content, contentType string, body []byte) error {
	name, parameters, _ := mime.ParseMediaType(contentType)
	if media := described[multipartForm]; media != nil {
		if name != multipartForm {
			return fmt.Errorf("its content type is %q", contentType)
		}
		value, err := readForm(media.Schema.Value, parameters["boundary"], body)
		if err != nil {
			return err
		}
		return checkValue(media.Schema.Value, value, openapi3.VisitAsRequest())
	}
	return checkJSON(described["application/json"].Schema.Value, body, openapi3.VisitAsRequest())
}

// readForm reads a form into the value that its schema describes.
func readForm(schema *openapi3.Schema, boundary string, body []byte) (any, error) {
	fields := map[string]any{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return fields, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		name := part.FormName()
		if _, twice := fields[name]; twice && !strings.HasSuffix(name, "[]") {
			return nil, fmt.Errorf("the field %q is there twice", name)
		}
		fields[name] = string(data)
		if property := schema.Properties[name]; property != nil && property.Value.Type.Is("boolean") {
			fields[name] = string(data) == "true"
		}
	}
}
