package echo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
)

const (
	defaultDimensions = 256
	maxDimensions     = 3072
	maxInputs         = 2048
)

type embeddingRequest struct {
	Model          string `json:"model"`
	Input          inputs `json:"input"`
	EncodingFormat string `json:"encoding_format"`
	Dimensions     *int   `json:"dimensions"`
}

// inputs is one text, texts, one list of token numbers, or such lists.
type inputs []input

type input struct {
	text   string
	tokens int
}

func (in *inputs) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*in = inputs{{one, CountTokens(one)}}
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return invalid("input", "input must be a text, texts, or lists of token numbers")
	}
	if numbers, ok := tokenNumbers(raw); ok && len(numbers) > 0 {
		*in = inputs{{string(raw), len(numbers)}}
		return nil
	}
	for _, item := range items {
		var text string
		numbers, isNumbers := tokenNumbers(item)
		switch {
		case isNumbers:
			*in = append(*in, input{string(item), len(numbers)})
		case bytes.HasPrefix(item, []byte(`"`)) && json.Unmarshal(item, &text) == nil:
			*in = append(*in, input{text, CountTokens(text)})
		default:
			return invalid("input", "input must be a text, texts, or lists of token numbers")
		}
	}
	return nil
}

func tokenNumbers(raw json.RawMessage) ([]uint32, bool) {
	var numbers []uint32
	err := json.Unmarshal(raw, &numbers)
	return numbers, err == nil && bytes.HasPrefix(raw, []byte("["))
}

func (q *embeddingRequest) check() error {
	if q.Model != EmbeddingModel {
		return unknownModel(q.Model)
	}
	if len(q.Input) == 0 || len(q.Input) > maxInputs {
		return invalid("input", "input must hold 1 to %d texts", maxInputs)
	}
	for i, in := range q.Input {
		if in.tokens == 0 || in.tokens > ContextTokens {
			return invalid("input", "input %d has %d tokens; from 1 to %d are possible", i, in.tokens, ContextTokens)
		}
	}
	if q.EncodingFormat != "" && q.EncodingFormat != "float" && q.EncodingFormat != "base64" {
		return invalid("encoding_format", "encoding_format must be float or base64")
	}
	if q.Dimensions != nil && (*q.Dimensions < 1 || *q.Dimensions > maxDimensions) {
		return invalid("dimensions", "dimensions must be from 1 to %d", maxDimensions)
	}
	return nil
}

func (s *Server) embeddings(c *call) error {
	var req embeddingRequest
	if err := decode(c.body, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	dimensions := defaultDimensions
	if req.Dimensions != nil {
		dimensions = *req.Dimensions
	}
	type item struct {
		Object    string `json:"object"`
		Index     int    `json:"index"`
		Embedding any    `json:"embedding"`
	}
	var data []item
	prompt := 0
	for i, in := range req.Input {
		prompt += in.tokens
		var vector any = unitVector(in.text, dimensions)
		if req.EncodingFormat == "base64" {
			vector = base64.StdEncoding.EncodeToString(littleEndian(unitVector(in.text, dimensions)))
		}
		data = append(data, item{"embedding", wrongIndex(i, c.fault), vector})
	}
	used := Usage{PromptTokens: int64(prompt)}
	s.bill(c, EmbeddingModel, used)
	answer := map[string]any{"object": "list", "model": EmbeddingModel, "data": data}
	switch u := claimed(used, c.fault); {
	case u == nil:
	case u.text:
		answer["usage"] = "many tokens"
	default:
		answer["usage"] = map[string]number{"prompt_tokens": u.prompt, "total_tokens": u.prompt}
	}
	s.sendJSON(c, answer)
	return nil
}

// unitVector is a direction that depends on the text and means nothing.
func unitVector(text string, dimensions int) []float32 {
	values := make([]float64, dimensions)
	seed := sha256.Sum256([]byte(text))
	var block [sha256.Size]byte // eight values
	var sum float64
	for i := range values {
		if i%8 == 0 {
			block = sha256.Sum256(binary.BigEndian.AppendUint64(seed[:], uint64(i)))
		}
		word := binary.BigEndian.Uint32(block[4*(i%8):])
		values[i] = float64(int32(word)) / (1 << 31)
		sum += values[i] * values[i]
	}
	vector := make([]float32, dimensions)
	for i, v := range values {
		vector[i] = float32(v / math.Sqrt(sum))
	}
	return vector
}

// littleEndian is the layout of the API's base64 vectors.
func littleEndian(vector []float32) []byte {
	out := make([]byte, 0, 4*len(vector))
	for _, v := range vector {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
	}
	return out
}
