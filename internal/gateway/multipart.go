package gateway

import (
	"bufio"
	"bytes"
	"mime"
	"net/textproto"
	"strings"
)

// Limits of a form.
const (
	maxParts      = 32
	maxPartHeader = 4 << 10 // bytes
)

// part is one part of a form. Its data is a part of the body.
type part struct {
	name string
	file bool // it has a file's name
	data []byte
}

// splitForm splits a multipart/form-data body (RFC 7578). It takes what
// clients make and nothing else: no text before the first part, no encodings
// of parts. The error completes the sentence "The body ...".
func splitForm(contentType string, body []byte) (parts []part, problem string) {
	kind, params, err := mime.ParseMediaType(contentType)
	boundary := params["boundary"]
	if err != nil || kind != "multipart/form-data" || boundary == "" || len(boundary) > 70 {
		return nil, "is not a form of a known boundary."
	}
	delimiter := []byte("\r\n--" + boundary)
	rest, found := bytes.CutPrefix(body, delimiter[2:])
	if !found {
		return nil, "does not begin with its boundary."
	}
	for {
		if end, isEnd := bytes.CutPrefix(rest, []byte("--")); isEnd {
			if len(bytes.TrimRight(end, " \t\r\n")) > 0 {
				return nil, "has data after its end."
			}
			return parts, ""
		}
		rest, found = bytes.CutPrefix(bytes.TrimLeft(rest, " \t"), []byte("\r\n"))
		if !found {
			return nil, "is not a form: a boundary ends oddly."
		}
		if len(parts) == maxParts {
			return nil, "has too many parts."
		}
		head, data, found := cutHead(rest)
		if !found {
			return nil, "is not a form: a part has no head, or too long a one."
		}
		if bytes.HasPrefix(data, delimiter[2:]) {
			return nil, "is not a form: a boundary stands where data begins." // which readers take in two ways
		}
		data, rest, found = bytes.Cut(data, delimiter)
		if !found {
			return nil, "ends too early."
		}
		p, ok := readHead(head)
		if !ok {
			return nil, "is not a form: a part has no name, or an encoding."
		}
		p.data = data
		parts = append(parts, p)
	}
}

// cutHead splits a part at the empty line after its header fields. Lines that
// end otherwise than by CRLF are no head: some readers would see its end there.
func cutHead(rest []byte) (head, data []byte, found bool) {
	window := rest[:min(len(rest), maxPartHeader)]
	end := bytes.Index(window, []byte("\r\n\r\n"))
	if end < 0 {
		return nil, nil, false
	}
	lines := bytes.Count(window[:end], []byte("\r\n"))
	if bytes.Count(window[:end], []byte("\n")) != lines || bytes.Count(window[:end], []byte("\r")) != lines {
		return nil, nil, false
	}
	return rest[:end+4], rest[end+4:], true
}

func readHead(head []byte) (part, bool) {
	fields, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(head))).ReadMIMEHeader()
	if err != nil || len(fields["Content-Disposition"]) != 1 {
		return part{}, false
	}
	switch strings.ToLower(fields.Get("Content-Transfer-Encoding")) {
	case "", "binary", "8bit", "7bit":
	default:
		return part{}, false
	}
	disposition, params, err := mime.ParseMediaType(fields.Get("Content-Disposition"))
	if err != nil || disposition != "form-data" || params["name"] == "" {
		return part{}, false
	}
	_, isFile := params["filename"]
	return part{name: params["name"], file: isFile}, true
}
