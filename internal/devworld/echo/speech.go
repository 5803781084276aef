package echo

import (
	"encoding/binary"
	"unicode/utf8"
)

const (
	maxSpeech     = 4096 // characters
	sampleRate    = 8000
	toneSamples   = sampleRate / 50 // one character's
	bytesPerFrame = 2               // mono, 16 bits
	wavHeader     = 44
	textChunk     = "ICMT" // a comment, in the LIST of INFO
)

type speechRequest struct {
	Model          string `json:"model"`
	Input          string `json:"input"`
	ResponseFormat string `json:"response_format"`
	StreamFormat   string `json:"stream_format"`
}

func (q *speechRequest) check() error {
	switch n := utf8.RuneCountInString(q.Input); {
	case q.Model != SpeechModel:
		return unknownModel(q.Model)
	case n == 0 || n > maxSpeech:
		return invalid("input", "input must have 1 to %d characters", maxSpeech)
	case q.ResponseFormat != "" && q.ResponseFormat != "wav":
		return invalid("response_format", "%s makes wav only", SpeechModel)
	case q.StreamFormat != "" && q.StreamFormat != "audio":
		return invalid("stream_format", "%s streams nothing but audio", SpeechModel)
	}
	return nil
}

func (s *Server) speech(c *call) error {
	var req speechRequest
	if err := decode(c.body, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	s.bill(c, SpeechModel, Usage{Units: int64(utf8.RuneCountInString(req.Input))})
	s.sendBody(c, "audio/wav", speak(req.Input))
	return nil
}

// speak makes a WAV: a tone of 20 ms for each character, and the text itself in
// a comment.
func speak(text string) []byte {
	var samples []byte
	for _, r := range text {
		samples = appendTone(samples, 200+40*(uint32(r)%64))
	}
	comment := appendChunk([]byte("INFO"), textChunk, []byte(text))
	body := []byte("WAVE")
	body = appendChunk(body, "fmt ", format())
	body = appendChunk(body, "LIST", comment)
	body = appendChunk(body, "data", samples)
	return appendChunk(nil, "RIFF", body)
}

func format() []byte {
	out := binary.LittleEndian.AppendUint16(nil, 1) // PCM
	out = binary.LittleEndian.AppendUint16(out, 1)  // mono
	out = binary.LittleEndian.AppendUint32(out, sampleRate)
	out = binary.LittleEndian.AppendUint32(out, sampleRate*bytesPerFrame)
	out = binary.LittleEndian.AppendUint16(out, bytesPerFrame)
	return binary.LittleEndian.AppendUint16(out, 8*bytesPerFrame)
}

// appendChunk adds a RIFF chunk; its data is padded to an even length.
func appendChunk(out []byte, id string, data []byte) []byte {
	out = append(out, id...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// appendTone adds a triangle wave of so many hertz, in whole numbers, so that
// it is the same on every machine.
func appendTone(out []byte, hertz uint32) []byte {
	const volume = 6000
	for i := range uint32(toneSamples) {
		phase := int(i * hertz % sampleRate)
		level := phase*4*volume/sampleRate - volume
		if phase >= sampleRate/2 {
			level = 3*volume - phase*4*volume/sampleRate
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(level)))
	}
	return out
}

// audio is what can be told of a WAV.
type audio struct {
	seconds float64
	text    string // of our own; "" for others
}

// listen reads a WAV; false if it is none.
func listen(file []byte) (audio, bool) {
	var a audio
	var rate uint32
	if len(file) < wavHeader || string(file[:4]) != "RIFF" || string(file[8:12]) != "WAVE" {
		return a, false
	}
	for id, data := range chunks(file[12:]) {
		switch {
		case id == "fmt " && len(data) >= 16:
			rate = binary.LittleEndian.Uint32(data[8:])
		case id == "data" && rate > 0:
			a.seconds = float64(len(data)) / float64(rate)
		case id == "LIST" && len(data) >= 4 && string(data[:4]) == "INFO":
			for inner, text := range chunks(data[4:]) {
				if inner == textChunk && utf8.Valid(text) {
					a.text = string(text)
				}
			}
		}
	}
	return a, a.seconds > 0
}

// chunks walks over RIFF chunks; the last may be cut.
func chunks(rest []byte) func(yield func(id string, data []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(rest) >= 8 {
			id, size := string(rest[:4]), int(binary.LittleEndian.Uint32(rest[4:]))
			rest = rest[8:]
			size = min(size, len(rest))
			if !yield(id, rest[:size]) {
				return
			}
			rest = rest[min(size+size%2, len(rest)):]
		}
	}
}
