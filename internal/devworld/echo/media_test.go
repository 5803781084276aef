package echo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"stakegate/internal/devworld/echo"
)

func TestImagesAreMadeOfThePromptsHash(t *testing.T) {
	server, url := serve(t, echo.Config{})
	picture := func(body string) []string {
		t.Helper()
		var answer struct {
			Data []struct {
				URL     string `json:"url"`
				B64JSON string `json:"b64_json"`
			}
		}
		if err := json.Unmarshal([]byte(get(t, url, "/images/generations", body)), &answer); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, item := range answer.Data {
			all = append(all, strings.TrimPrefix(item.URL, "data:image/png;base64,")+item.B64JSON)
		}
		return all
	}
	two := picture(`{"model":"echo-image-1","prompt":"a cat","n":2,"size":"256x256"}`)
	if len(two) != 2 || two[0] == two[1] {
		t.Fatal(len(two))
	}
	if same := picture(`{"model":"echo-image-1","prompt":"a cat","size":"256x256","response_format":"url"}`); len(same) != 1 || same[0] != two[0] {
		t.Error("the same prompt makes another picture")
	}
	file, err := base64.StdEncoding.DecodeString(picture(`{"model":"echo-image-1","prompt":"a dog","size":"1536x1024"}`)[0])
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(file))
	if err != nil || decoded.Bounds().Dx() != 1536 || decoded.Bounds().Dy() != 1024 {
		t.Error(err, decoded.Bounds())
	}
	if got := server.Tally().Models[echo.ImageModel]; got != (echo.Usage{Calls: 3, Units: 4}) {
		t.Errorf("%+v", got)
	}
}

// form makes the body of a transcription.
func form(t *testing.T, file []byte, members map[string]string) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, value := range members {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := w.CreateFormFile("file", "speech.wav")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(file) // into memory
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

func transcribe(t *testing.T, url string, file []byte, members map[string]string) (int, string) {
	t.Helper()
	kind, body := form(t, file, members)
	resp, err := http.Post(url+"/audio/transcriptions", kind, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestSpeechIsReadBackByTranscription(t *testing.T) {
	server, url := serve(t, echo.Config{})
	said := strings.Repeat("hello ünï¢ode! ", 8)
	wav := []byte(get(t, url, "/audio/speech", `{"model":"echo-tts-1","voice":"alloy","input":"`+said+`","response_format":"wav"}`))
	asr := map[string]string{"model": echo.TranscriptionModel}
	status, text := transcribe(t, url, wav, asr)
	want, _ := json.Marshal(map[string]any{"text": said, "usage": map[string]any{"type": "duration", "seconds": 3}})
	if status != 200 || strings.TrimSpace(text) != string(want) {
		t.Errorf("%d %s", status, text)
	}
	asr["response_format"] = "text"
	if status, text := transcribe(t, url, wav, asr); status != 200 || text != said+"\n" {
		t.Errorf("%d %s", status, text)
	}
	asr["response_format"] = "verbose_json"
	if status, text := transcribe(t, url, wav, asr); status != 200 || !strings.Contains(text, `"duration":2.4,`) {
		t.Errorf("%d %s", status, text)
	}
	got := server.Tally()
	if got.Models[echo.SpeechModel] != (echo.Usage{Calls: 1, Units: 120}) || got.Models[echo.TranscriptionModel] != (echo.Usage{Calls: 3, Units: 9}) {
		t.Errorf("%+v", got)
	}
	server.SetFault(echo.FaultAbsurdUsage)
	if _, text := transcribe(t, url, wav, map[string]string{"model": echo.TranscriptionModel}); !strings.Contains(text, `"seconds":1099511627776`) {
		t.Error(text)
	}
}

func TestOfOtherAudioItTellsTheLength(t *testing.T) {
	_, url := serve(t, echo.Config{})
	wav := []byte("RIFF\x24\x10\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x00\x08\x00\x00\x00\x08\x00\x00\x01\x00\x08\x00data\x00\x10\x00\x00")
	wav = append(wav, make([]byte, 4096)...)
	if status, text := transcribe(t, url, wav, map[string]string{"model": "echo-asr-1", "response_format": "text"}); status != 200 || text != "echo: 2.00 seconds of audio\n" {
		t.Errorf("%d %s", status, text)
	}
}

func TestMediaThatCannotBeMadeIsRefused(t *testing.T) {
	server, url := serve(t, echo.Config{})
	for _, call := range []struct{ path, body, param string }{
		{"/images/generations", `{"model":"echo-image-1","prompt":""}`, "prompt"},
		{"/images/generations", `{"model":"echo-image-1","prompt":"a","n":11}`, "n"},
		{"/images/generations", `{"model":"echo-image-1","prompt":"a","size":"1x1"}`, "size"},
		{"/images/generations", `{"model":"echo-image-1","prompt":"a","response_format":"x"}`, "response_format"},
		{"/images/generations", `{"model":"echo-image-1","prompt":"a","output_format":"webp"}`, "output_format"},
		{"/images/generations", `{"model":"echo-image-1","prompt":"a","stream":true}`, "stream"},
		{"/images/generations", `{"model":"echo-1","prompt":"a"}`, "model"},
		{"/audio/speech", `{"model":"echo-tts-1","input":""}`, "input"},
		{"/audio/speech", `{"model":"echo-tts-1","input":"a","response_format":"mp3"}`, "response_format"},
		{"/audio/speech", `{"model":"echo-tts-1","input":"a","stream_format":"sse"}`, "stream_format"},
		{"/audio/speech", `{"model":"echo-1","input":"a"}`, "model"},
		{"/audio/transcriptions", `{}`, "body"},
	} {
		if status, a := ask(t, url+call.path, call.body); status < 400 || a.Error == nil || a.Error.Param != call.param {
			t.Errorf("%s: %d %+v", call.body, status, a.Error)
		}
	}
	for _, members := range []map[string]string{
		{"model": "echo-1"}, {"model": "echo-asr-1", "response_format": "srt"}, {"model": "echo-asr-1", "stream": "true"}, {"model": "echo-asr-1"},
	} {
		if status, text := transcribe(t, url, []byte("no audio at all, but long enough to be one, as it seems"), members); status < 400 {
			t.Errorf("%v: %s", members, text)
		}
	}
	if status, text := transcribe(t, url, nil, map[string]string{"model": "echo-asr-1"}); status != 400 || !strings.Contains(text, "one file") {
		t.Errorf("%d %s", status, text)
	}
	if got := server.Tally(); got.Calls != 0 {
		t.Errorf("%+v", got)
	}
}

func FuzzListen(f *testing.F) {
	f.Add([]byte("RIFF\x24\x10\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x00\x08\x00\x00\x00\x08\x00\x00\x01\x00\x08\x00data\x00\x10\x00\x00aaaa"))
	f.Fuzz(echo.CheckListen)
}
