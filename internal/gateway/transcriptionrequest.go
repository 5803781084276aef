package gateway

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"stakegate/internal/catalog"
)

// Limits of a form with audio.
const (
	maxAudio             = 25 << 20 // bytes
	maxTranscriptionBody = maxAudio + 64<<10
	maxFormText          = 4096 // bytes of a part that is not the file
)

// transcriptionRequest is a request for a transcription that was understood
// completely.
type transcriptionRequest struct {
	model string
	// format is the answer's: "json", "text" or "verbose_json".
	format string
	audio  audio
	file   []byte
	fields []formField // checked, for the upstream
	known  map[string]bool
}

type formField struct{ name, value string }

var (
	languages  = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$|^[A-Z][a-z]{2,30}$`)
	formValues = map[string]func(r *transcriptionRequest, value string) (problem string){
		"model": func(r *transcriptionRequest, value string) string {
			r.model = value
			return unless(value != "", "must be a model's id, trait or compatibility name")
		},
		"response_format": func(r *transcriptionRequest, value string) string {
			r.format = value
			known := value == "json" || value == "text" || value == "verbose_json"
			return unless(known, "must be json, text or verbose_json")
		},
		"language": func(r *transcriptionRequest, value string) string {
			return unless(languages.MatchString(value), `must be a language, such as "en"`)
		},
		"prompt": func(*transcriptionRequest, string) string { return "" },
		"temperature": func(_ *transcriptionRequest, value string) string {
			t, err := strconv.ParseFloat(value, 64)
			return unless(err == nil && t >= 0 && t <= 1 && !strings.ContainsAny(value, "xX_"), "must be a number from 0 to 1")
		},
		"timestamps": func(_ *transcriptionRequest, value string) string {
			return unless(value == "true" || value == "false", "must be true or false")
		},
		"timestamp_granularities[]": func(_ *transcriptionRequest, value string) string {
			return unless(value == "word" || value == "segment", "must be word or segment")
		},
		"stream": func(_ *transcriptionRequest, value string) string {
			return unless(value == "false", "must be false; this route does not stream")
		},
		"user": func(*transcriptionRequest, string) string { return "" },
	}
	formAlike = func() map[string]string {
		alike := map[string]string{fold([]byte("file")): "file"}
		for name := range formValues {
			alike[fold([]byte(name))] = name
		}
		return alike
	}()
	// ownFields are those that the upstream does not get, or not as they came.
	ownFields = []string{"model", "response_format", "stream", "user"}
)

func unless(ok bool, problem string) string {
	if ok {
		return ""
	}
	return problem
}

// parseTranscription reads a form. Every error is a 400 that names the member,
// or a 413.
func parseTranscription(contentType string, body []byte) (*transcriptionRequest, *Error) {
	parts, problem := splitForm(contentType, body)
	if problem != "" {
		return nil, invalid("", "The body "+problem)
	}
	r := &transcriptionRequest{model: defaultModel, format: "json", known: map[string]bool{}}
	for _, p := range parts {
		if problem := r.read(p); problem != nil {
			return nil, problem
		}
	}
	if r.file == nil {
		return nil, invalid("file", "is required")
	}
	return r, nil
}

// read takes one part. Unknown ones are left out of what is sent upstream, as
// members of JSON bodies are.
func (r *transcriptionRequest) read(p part) *Error {
	check, known := formValues[p.name]
	alike, isAlike := formAlike[fold([]byte(p.name))]
	switch {
	case p.name == "file":
	case !known && isAlike:
		return invalid(p.name, "is not a known member (names are case-sensitive); write "+alike)
	case !known:
		return nil
	}
	if r.known[p.name] && p.name != "timestamp_granularities[]" {
		return invalid(p.name, "is given twice")
	}
	r.known[p.name] = true
	if p.name == "file" {
		return r.readFile(p)
	}
	value := string(p.data)
	switch {
	case p.file:
		return invalid(p.name, "must be a text, not a file")
	case len(value) > maxFormText || !utf8.ValidString(value):
		return invalid(p.name, fmt.Sprintf("must be at most %d bytes of UTF-8", maxFormText))
	}
	if problem := check(r, value); problem != "" {
		return invalid(p.name, problem)
	}
	if slices.Contains(ownFields, p.name) {
		return nil
	}
	if slices.Contains(r.fields, formField{p.name, value}) {
		return invalid(p.name, "is given twice")
	}
	r.fields = append(r.fields, formField{p.name, value})
	return nil
}

func (r *transcriptionRequest) readFile(p part) *Error {
	if len(p.data) > maxAudio {
		return &Error{
			Status: 413, Code: "PAYLOAD_TOO_LARGE", NoRetry: true,
			Message: "The audio file is too large: 25 MB are the limit. Please send it in parts.",
		}
	}
	var ok bool
	if r.audio, ok = listen(p.data); !ok || !p.file {
		return invalid("file", "must be an audio file: WAV, FLAC, MP3, AAC, MP4 or M4A, OGG or WEBM")
	}
	r.file = p.data
	return nil
}

// fit checks what depends on the model, and returns what is asked of it: the
// seconds are the most that the file can have.
func (r *transcriptionRequest) fit(resolution catalog.Resolution) (catalog.Demand, *Error) {
	if problem := noParameters(resolution); problem != nil {
		return catalog.Demand{}, problem
	}
	most := resolution.Model.Constraints.MaxSeconds
	if most == 0 {
		most = catalog.MaxAudioSeconds
	}
	if r.audio.told > most {
		return catalog.Demand{}, invalid("file", fmt.Sprintf("must have at most %d seconds for this model", most))
	}
	return catalog.Demand{Units: min(r.audio.most, most)}, nil
}

// forwardTo is the body for an upstream: a form of our own. An answer is asked
// for as JSON, also for a client that wants text: JSON can tell how long the
// audio was.
func (r *transcriptionRequest) forwardTo(_ catalog.Upstream, model string) (contentType string, body []byte) {
	boundary := "stakegate-" + rand.Text() // nobody who writes the file can know it
	format := r.format
	if format == "text" {
		format = "json"
	}
	var out bytes.Buffer
	out.Grow(len(r.file) + 8<<10)
	for _, f := range append([]formField{{"model", model}, {"response_format", format}}, r.fields...) {
		fmt.Fprintf(&out, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, f.name, f.value)
	}
	fmt.Fprintf(&out, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"audio.%s\"\r\nContent-Type: %s\r\n\r\n",
		boundary, r.audio.format.extension, r.audio.format.mime)
	out.Write(r.file)
	fmt.Fprintf(&out, "\r\n--%s--\r\n", boundary)
	return "multipart/form-data; boundary=" + boundary, out.Bytes()
}

// seconds rounds a duration up.
func seconds(length float64) int64 { return int64(math.Ceil(min(max(length, 0), math.MaxInt32))) }
