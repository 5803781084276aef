package echo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"
)

const (
	maxImages      = 10
	maxImagePrompt = 32000
)

// imageSizes are what the image model can make.
var imageSizes = []string{"256x256", "512x512", "1024x1024", "1024x1536", "1536x1024"}

const defaultImageSize = "1024x1024"

type imageRequest struct {
	Model          string `json:"model"`
	Prompt         string `json:"prompt"`
	N              *int   `json:"n"`
	Size           string `json:"size"`
	Quality        string `json:"quality"`
	ResponseFormat string `json:"response_format"`
	OutputFormat   string `json:"output_format"`
	Stream         bool   `json:"stream"`
}

func (q *imageRequest) check() error {
	switch {
	case q.Model != ImageModel:
		return unknownModel(q.Model)
	case q.Prompt == "" || len(q.Prompt) > maxImagePrompt:
		return invalid("prompt", "prompt must have 1 to %d bytes", maxImagePrompt)
	case q.Stream:
		return invalid("stream", "%s does not stream", ImageModel)
	case q.ResponseFormat != "" && q.ResponseFormat != "b64_json" && q.ResponseFormat != "url":
		return invalid("response_format", "response_format must be b64_json or url")
	case q.OutputFormat != "" && q.OutputFormat != "png":
		return invalid("output_format", "%s makes png only", ImageModel)
	}
	if q.Size == "" || q.Size == "auto" {
		q.Size = defaultImageSize
	}
	for _, size := range imageSizes {
		if q.Size == size {
			return inRange("n", q.N, 1, maxImages)
		}
	}
	return invalid("size", "size must be auto or one of %s", strings.Join(imageSizes, ", "))
}

func (s *Server) images(c *call) error {
	var req imageRequest
	if err := decode(c.body, &req); err != nil {
		return err
	}
	if err := req.check(); err != nil {
		return err
	}
	n := 1
	if req.N != nil {
		n = *req.N
	}
	s.bill(c, ImageModel, Usage{Units: int64(n)})
	type item struct {
		URL     string `json:"url,omitempty"`
		B64JSON string `json:"b64_json,omitempty"`
	}
	answer := struct {
		Created int64  `json:"created"`
		Data    []item `json:"data"`
		Size    string `json:"size"`
		Format  string `json:"output_format"`
	}{Created: s.cfg.Now().Unix(), Size: req.Size, Format: "png"}
	width, height, _ := strings.Cut(req.Size, "x")
	w, _ := strconv.Atoi(width) // one of imageSizes
	h, _ := strconv.Atoi(height)
	for i := range n {
		text := base64.StdEncoding.EncodeToString(pattern(req.Prompt+strings.Repeat("\x00", i), w, h))
		if req.ResponseFormat == "url" {
			answer.Data = append(answer.Data, item{URL: "data:image/png;base64," + text})
		} else {
			answer.Data = append(answer.Data, item{B64JSON: text})
		}
	}
	s.sendJSON(c, answer)
	return nil
}

// pattern is a PNG of 8 by 8 fields, mirrored, in one colour, that depend on
// the text and mean nothing.
func pattern(text string, width, height int) []byte {
	const fields = 8
	sum := sha256.Sum256([]byte(text))
	palette := color.Palette{color.White, color.RGBA{sum[0] / 2, sum[1] / 2, sum[2] / 2, 255}}
	picture := image.NewPaletted(image.Rect(0, 0, width, height), palette)
	for y := range height {
		row := picture.Pix[y*picture.Stride:][:width]
		bits := sum[8+y*fields/height]
		for x := range row {
			column := x * fields / width
			row[x] = bits >> min(column, fields-1-column) & 1
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // into memory, and of a size that PNG has
	return out.Bytes()
}
