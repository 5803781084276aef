package echo

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"mime/multipart"
)

const maxFormMemory = maxBody

// transcriptionRequest is a form with a file.
type transcriptionRequest struct {
	model, format string
	stream        bool
	file          []byte
}

func readForm(c *call) (*transcriptionRequest, error) {
	r := c.r.Clone(c.r.Context())
	r.Body = io.NopCloser(bytes.NewReader(c.body))
	if err := r.ParseMultipartForm(maxFormMemory); err != nil {
		return nil, invalid("body", "the body is not a form with a file: %.200s", err.Error())
	}
	form := r.MultipartForm
	q := &transcriptionRequest{model: first(form.Value["model"]), format: first(form.Value["response_format"]), stream: first(form.Value["stream"]) == "true"}
	if files := form.File["file"]; len(files) == 1 {
		q.file = contents(files[0])
	}
	switch {
	case q.model != TranscriptionModel:
		return nil, unknownModel(q.model)
	case q.file == nil:
		return nil, invalid("file", "the form must have one file")
	case q.stream:
		return nil, invalid("stream", "%s does not stream", TranscriptionModel)
	case q.format != "" && q.format != "json" && q.format != "text" && q.format != "verbose_json":
		return nil, invalid("response_format", "response_format must be json, text or verbose_json")
	}
	return q, nil
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// contents reads a file of a form, which is in memory.
func contents(header *multipart.FileHeader) []byte {
	file, err := header.Open()
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }() // it was only read
	data, _ := io.ReadAll(file)         // from memory
	return data
}

func (s *Server) transcribe(c *call) error {
	q, err := readForm(c)
	if err != nil {
		return err
	}
	heard, ok := listen(q.file)
	if !ok {
		return invalid("file", "%s reads WAV only", TranscriptionModel)
	}
	seconds := int64(math.Ceil(heard.seconds))
	s.bill(c, TranscriptionModel, Usage{Units: seconds})
	text := heard.text
	if text == "" {
		text = fmt.Sprintf("echo: %.2f seconds of audio", heard.seconds)
	}
	if q.format == "text" {
		s.sendBody(c, "text/plain; charset=utf-8", []byte(text+"\n"))
		return nil
	}
	answer := map[string]any{"text": text}
	if q.format == "verbose_json" {
		answer["task"], answer["language"], answer["duration"], answer["segments"] = "transcribe", "unknown", heard.seconds, []any{}
	}
	if seconds := claimedSeconds(seconds, c.fault); seconds != nil {
		answer["usage"] = map[string]any{"type": "duration", "seconds": seconds}
	}
	s.sendJSON(c, answer)
	return nil
}

// claimedSeconds is a true length, or what a fault makes of it; nil for none.
func claimedSeconds(seconds int64, fault Fault) any {
	switch c := claimed(Usage{PromptTokens: seconds}, fault); {
	case c == nil:
		return nil
	case c.text:
		return "many seconds"
	default:
		return c.prompt
	}
}
