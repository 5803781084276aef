package gateway

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"

	"stakegate/internal/catalog"
)

func little(out []byte, values ...any) []byte {
	for _, v := range values {
		if text, ok := v.(string); ok {
			out = append(out, text...)
			continue
		}
		out, _ = binary.Append(out, binary.LittleEndian, v)
	}
	return out
}

func big(values ...any) []byte {
	var out []byte
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, v...)
		case []byte:
			out = append(out, v...)
		default:
			out, _ = binary.Append(out, binary.BigEndian, v)
		}
	}
	return out
}

// wav is mono with 16 bits, of the rate and number of samples.
func wav(rate uint32, samples int) []byte {
	out := little(nil, "RIFF", uint32(0), "WAVE", "LIST", uint32(3), "abc\x00", "fmt ", uint32(16),
		uint16(1), uint16(1), rate, 2*rate, uint16(2), uint16(16), "data", uint32(0xffffffff))
	return append(out, make([]byte, 2*samples)...)
}

func mp4Box(kind string, content []byte) []byte { return big(uint32(8+len(content)), kind, content) }

func adtsFrame() []byte { // 16 kHz, 100 bytes
	return append([]byte{0xff, 0xf1, 8 << 2, 0, 100 >> 3, 100 & 7 << 5, 0}, make([]byte, 93)...)
}

func mp3Frame() []byte { // MPEG-1, 128 kbit/s, 44.1 kHz: 417 bytes, 1152 samples
	return append([]byte{0xff, 0xfb, 0x90, 0}, make([]byte, 413)...)
}

func webm() []byte {
	element := func(id []byte, content []byte) []byte {
		return append(append(append([]byte{}, id...), 0x40|byte(len(content)>>8), byte(len(content))), content...)
	}
	out := element([]byte{0x1a, 0x45, 0xdf, 0xa3}, []byte("header"))
	out = append(out, 0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // a segment of unknown size
	out = append(out, element([]byte{0x15, 0x49, 0xa9, 0x66}, element([]byte{0x2a, 0xd7, 0xb1}, []byte{0x0f, 0x42, 0x40}))...)
	for _, start := range []uint16{0, 4000} {
		cluster := element([]byte{0xe7}, big(start))
		cluster = append(cluster, element([]byte{0xa3}, append([]byte{0x81, 0x03, 0xe8, 0}, make([]byte, 20)...))...)
		out = append(out, element([]byte{0x1f, 0x43, 0xb6, 0x75}, cluster)...)
	}
	return out
}

func TestAudioTellsItsLength(t *testing.T) {
	opus := func(position int64) []byte {
		return little(nil, "OggS\x00\x02", int64(0), make([]byte, 12), "\x01\x13", "OpusHead\x01\x01", make([]byte, 3000),
			"OggS\x00\x04", position, make([]byte, 13))
	}
	vorbis := little(nil, "OggS\x00\x02", int64(0), make([]byte, 12), "\x01\x1e", "\x01vorbis", uint32(0), "\x01", uint32(22050),
		make([]byte, 100), "OggS\x00\x04", int64(22050*3), make([]byte, 13))
	flac := big("fLaC", uint32(0x80000022), make([]byte, 10), uint64(16000)<<44|uint64(15)<<36|160000, make([]byte, 20))
	movie := mp4Box("mvhd", big(uint32(0), uint32(0), uint32(0), uint32(1000), uint32(90500)))
	longMovie := mp4Box("mvhd", big(uint32(1<<24), uint64(0), uint64(0), uint32(1000), uint64(2500)))
	ftyp := mp4Box("ftyp", []byte("M4A \x00\x00\x00\x00"))
	id3 := append([]byte("ID3\x04\x00\x00\x00\x00\x01\x00"), make([]byte, 128)...)
	for name, test := range map[string]struct {
		file       []byte
		extension  string
		told, most int64
	}{
		"wav":                   {wav(16000, 160_000), "wav", 10, 10},
		"wav, a little longer":  {wav(16000, 160_001), "wav", 11, 11},
		"wav, compressed":       {little(nil, "RIFF", uint32(0), "WAVE", "fmt ", uint32(16), uint16(0x55), make([]byte, 14), "data", uint32(0), make([]byte, 5000)), "wav", 0, 6},
		"wav, without a format": {little(nil, "RIFF", uint32(0), "WAVE", "data", uint32(0), make([]byte, 5000)), "wav", 0, 6},
		"flac":                  {flac, "flac", 10, 10},
		"flac of many bytes":    {append(bytes.Clone(flac), make([]byte, 80_000)...), "flac", 10, 21},
		"ogg opus":              {opus(48000 * 5), "ogg", 5, 5},
		"ogg opus that lies":    {opus(1), "ogg", 1, 5},
		"ogg opus without end":  {opus(-1), "ogg", 0, 5},
		"ogg vorbis":            {vorbis, "ogg", 3, 3},
		"webm":                  {webm(), "webm", 5, 5},
		"m4a":                   {append(bytes.Clone(ftyp), mp4Box("moov", movie)...), "m4a", 91, 91},
		"m4a, its head last":    {bytes.Join([][]byte{ftyp, mp4Box("mdat", make([]byte, 100)), mp4Box("moov", append(mp4Box("trak", nil), longMovie...))}, nil), "m4a", 3, 3},
		"m4a without a head":    {append(bytes.Clone(ftyp), make([]byte, 5000)...), "m4a", 0, 6},
		"aac":                   {bytes.Repeat(adtsFrame(), 100), "aac", 7, 10}, // 6.4 s
		"mp3":                   {bytes.Repeat(mp3Frame(), 100), "mp3", 3, 42},  // 2.6 s
		"mp3 with a tag":        {append(id3, bytes.Repeat(mp3Frame(), 100)...), "mp3", 3, 42},
	} {
		a, ok := listen(test.file)
		if !ok || a.format.extension != test.extension || a.told != test.told || a.most != test.most {
			t.Errorf("%s: %+v, %v; want %s of %d, at most %d", name, a, ok, test.extension, test.told, test.most)
		}
	}
	for _, file := range []string{"", "hello, world", "RIFF1234AVI ", "\x89PNG\r\n\x1a\n", "<html>", "%PDF-1.7"} {
		if a, ok := listen([]byte(file)); ok {
			t.Errorf("%q is taken for %+v", file, a)
		}
	}
}

func FuzzListen(f *testing.F) {
	for _, seed := range [][]byte{wav(8000, 10), webm(), adtsFrame(), mp3Frame(), []byte("fLaC"), []byte("OggS"), mp4Box("ftyp", []byte("M4A 1234"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		a, ok := listen(file)
		if ok && (a.told < 0 || a.most < a.told || a.most == 0 && len(file) > 0 && a.format.length(file) > 0) {
			t.Fatalf("audio is %+v", a)
		}
	})
}

type formPart struct{ name, file, data string }

func form(t testing.TB, formParts ...formPart) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range formParts {
		create := w.CreateFormField
		if p.file != "" {
			create = func(name string) (io.Writer, error) { return w.CreateFormFile(name, p.file) }
		}
		part, err := create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(p.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

var speech = formPart{"file", "speech.wav", string(wav(16000, 16000*3))}

func TestGoodFormsAreRebuilt(t *testing.T) {
	c := fitWorld(t)
	contentType, body := form(t, formPart{"model", "", "hear"}, formPart{"Content", "", "ignored"}, formPart{"language", "", "en"}, formPart{"user", "", "me"},
		formPart{"file", `C:\..\"evil"` + "\r\nX: y.exe", speech.data}, formPart{"response_format", "", "text"}, formPart{"temperature", "", "0.5"}, formPart{"stream", "", "false"},
		formPart{"timestamp_granularities[]", "", "word"}, formPart{"timestamp_granularities[]", "", "segment"}, formPart{"chunking_strategy", "", "auto"})
	r, problem := parseTranscription(contentType, body)
	if problem != nil {
		t.Fatal(problem)
	}
	demand, problem := r.fit(resolved(t, c, catalog.Transcription, r.model))
	if problem != nil || demand.Units != 3 || r.format != "text" {
		t.Errorf("demand is %+v, %v, format %s", demand, problem, r.format)
	}
	contentType, sent := r.forwardTo(server(t, c, "main"), "vendor/hear")
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	got, err := multipart.NewReader(bytes.NewReader(sent), params["boundary"]).ReadForm(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	want := "map[language:[en] model:[vendor/hear] response_format:[json] temperature:[0.5] timestamp_granularities[]:[word segment]]"
	if fmt.Sprint(got.Value) != want || len(got.File) != 1 || len(got.File["file"]) != 1 {
		t.Errorf("sent is %v with files %v, want %s", got.Value, got.File, want)
	}
	head := got.File["file"][0]
	if head.Filename != "audio.wav" || head.Header.Get("Content-Type") != "audio/wav" || head.Size != int64(len(speech.data)) || !bytes.Contains(sent, []byte(speech.data)) {
		t.Errorf("the file is sent as %+v", head)
	}
	if _, again := r.forwardTo(server(t, c, "main"), "vendor/hear"); bytes.Equal(again, sent) {
		t.Error("the boundary can be known")
	}
}

func TestBadFormsNameTheMember(t *testing.T) {
	long := formPart{"prompt", "", strings.Repeat("x", 4097)}
	for name, test := range map[string]struct {
		formParts []formPart
		member    string
		status    int
	}{
		"no file":              {[]formPart{{"model", "", "hear"}}, "file", 400},
		"an empty file":        {[]formPart{{"file", "a.wav", ""}}, "file", 400},
		"no audio":             {[]formPart{{"file", "a.wav", "hello"}}, "file", 400},
		"a text for a file":    {[]formPart{{"file", "", speech.data}}, "file", 400},
		"two files":            {[]formPart{speech, speech}, "file", 400},
		"a large file":         {[]formPart{{"file", "a.wav", speech.data + strings.Repeat("x", maxAudio)}}, "", 413},
		"two models":           {[]formPart{{"model", "", "a"}, {"model", "", "b"}, speech}, "model", 400},
		"no model's name":      {[]formPart{{"model", "", ""}, speech}, "model", 400},
		"a look-alike":         {[]formPart{{"Model", "", "a"}, speech}, "Model", 400},
		"a file for a text":    {[]formPart{{"model", "a.txt", "hear"}, speech}, "model", 400},
		"a long prompt":        {[]formPart{speech, long}, "prompt", 400},
		"broken UTF-8":         {[]formPart{speech, {"prompt", "", "\xff"}}, "prompt", 400},
		"a format":             {[]formPart{speech, {"response_format", "", "docx"}}, "response_format", 400},
		"a stream":             {[]formPart{speech, {"stream", "", "true"}}, "stream", 400},
		"a temperature":        {[]formPart{speech, {"temperature", "", "hot"}}, "temperature", 400},
		"an odd temperature":   {[]formPart{speech, {"temperature", "", "0x0p1"}}, "temperature", 400},
		"a language":           {[]formPart{speech, {"language", "", "en\r\nX: y"}}, "language", 400},
		"timestamps":           {[]formPart{speech, {"timestamps", "", "1"}}, "timestamps", 400},
		"granularities":        {[]formPart{speech, {"timestamp_granularities[]", "", "letter"}}, "timestamp_granularities[]", 400},
		"the same granularity": {[]formPart{speech, {"timestamp_granularities[]", "", "word"}, {"timestamp_granularities[]", "", "word"}}, "timestamp_granularities[]", 400},
		"many parts":           {append(slicesOf(formPart{"x", "", "y"}, maxParts), speech), "", 400},
	} {
		r, problem := parseTranscription(form(t, test.formParts...))
		if problem == nil || problem.Status != test.status || problem.Member != test.member || problem.Message == "" {
			t.Errorf("%s: error is %+v, want %d of %q (%v)", name, problem, test.status, test.member, r != nil)
		}
	}
	r, problem := parseTranscription(form(t, formPart{"file", "a.wav", string(wav(8000, 8000*61))}, formPart{"model", "", "hear"}))
	if problem != nil {
		t.Fatal(problem)
	}
	if _, problem := r.fit(resolved(t, fitWorld(t), catalog.Transcription, "hear")); problem == nil || problem.Member != "file" {
		t.Errorf("61 seconds for a model of 60: %v", problem)
	}
}

func slicesOf(p formPart, n int) []formPart {
	var out []formPart
	for range n {
		out = append(out, p)
	}
	return out
}

func TestOnlyPlainFormsAreSplit(t *testing.T) {
	const kind = "multipart/form-data; boundary=b"
	const head = "Content-Disposition: form-data; name=\"a\"\r\n"
	for _, test := range []struct {
		contentType, body, want string
	}{
		{kind, "--b\r\n" + head + "\r\nx\r\n--b--", "a=x"},
		{kind, "--b\r\n" + head + "\r\nx\r\n--b--\r\n", "a=x"},
		{kind, "--b \t\r\n" + head + "Content-Transfer-Encoding: 8bit\r\n\r\n\r\nx\n--b\r\n\r\n--b\r\n" + head + "\r\n\r\n--b--\r\n", "a=\r\nx\n--b\r\n a="},
		{`multipart/form-data; boundary="b c"`, "--b c\r\n" + head + "\r\nx--b c\r\n--b c--", "a=x--b c"},
		{kind, "--b--\r\n", ""},
		{kind, "", "does not begin with its boundary."},
		{kind, "\r\n--b--", "does not begin with its boundary."},
		{kind, "preamble\r\n--b--", "does not begin with its boundary."},
		{kind, "--b\r\n" + head + "\r\nx", "ends too early."},
		{kind, "--b\r\n" + head + "\r\nx\n--b--", "ends too early."},
		{kind, "--b\r\n" + head + "\r\nx\r\n--b--\r\n--b\r\n", "has data after its end."},
		{kind, "--b\n" + head + "\r\nx\r\n--b--", "is not a form: a boundary ends oddly."},
		{kind, "--bc\r\n" + head + "\r\nx\r\n--b--", "is not a form: a boundary ends oddly."},
		{kind, "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", "is not a form: a part has no name, or an encoding."},
		{kind, "--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", "is not a form: a part has no name, or an encoding."},
		{kind, "--b\r\n" + head + head + "\r\nx\r\n--b--", "is not a form: a part has no name, or an encoding."},
		{kind, "--b\r\n" + head + "Content-Transfer-Encoding: base64\r\n\r\neA==\r\n--b--", "is not a form: a part has no name, or an encoding."},
		{kind, "--b\r\n" + head + "x\r\n--b--", "is not a form: a part has no head, or too long a one."},
		{kind, "--b\r\n" + head + "X: a\n\r\ny\r\n\r\nx\r\n--b--", "is not a form: a part has no head, or too long a one."},
		{kind, "--b\r\n" + head + "X: a\rb\r\n\r\nx\r\n--b--", "is not a form: a part has no head, or too long a one."},
		{kind, "--b\r\n" + head + "X: " + strings.Repeat("x", 5000) + "\r\n\r\nx\r\n--b--", "is not a form: a part has no head, or too long a one."},
		{kind, "--b\r\n" + head + "\r\n--b\r\n--b--", "is not a form: a boundary stands where data begins."},
		{"multipart/form-data", "--b--", "is not a form of a known boundary."},
		{"multipart/mixed; boundary=b", "--b--", "is not a form of a known boundary."},
		{"application/json", "{}", "is not a form of a known boundary."},
		{"", "", "is not a form of a known boundary."},
		{"multipart/form-data; boundary=" + strings.Repeat("b", 71), "", "is not a form of a known boundary."},
	} {
		parts, got := splitForm(test.contentType, []byte(test.body))
		if got == "" {
			var list []string
			for _, p := range parts {
				list = append(list, p.name+"="+string(p.data))
			}
			got = strings.Join(list, " ")
		}
		if got != test.want {
			t.Errorf("%q: got %q, want %q", test.body, got, test.want)
		}
	}
}

// What the splitter takes, the standard library's reader takes for the same.
func FuzzSplitForm(f *testing.F) {
	f.Add("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--")
	f.Add("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\nContent-Type: audio/wav\r\n\r\n\x00\r\n\r\n--b\r\n\r\n--b--\r\n")
	f.Fuzz(func(t *testing.T, body string) {
		parts, problem := splitForm("multipart/form-data; boundary=b", []byte(body))
		if problem != "" || len(parts) == 0 {
			return
		}
		reader := multipart.NewReader(strings.NewReader(body), "b")
		for i, p := range parts {
			want, err := reader.NextRawPart()
			if err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
			var data bytes.Buffer
			if _, err := data.ReadFrom(want); err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
			if want.FormName() != p.name || data.String() != string(p.data) {
				t.Fatalf("part %d is %q=%q, want %q=%q", i, p.name, p.data, want.FormName(), data.String())
			}
		}
		if _, err := reader.NextRawPart(); err == nil {
			t.Fatal("there is another part")
		}
	})
}

// Forms are rebuilt of known fields and the file alone, for the standard
// library's reader too.
func FuzzParseTranscription(f *testing.F) {
	const kind = "multipart/form-data; boundary=b"
	field := func(name, value string) string {
		return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	file := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n" + string(wav(8000, 9)) + "\r\n--b--\r\n"
	f.Add(field("model", "m") + field("language", "en") + field("temperature", "0.5") + file)
	f.Add(field("response_format", "verbose_json") + field("timestamp_granularities[]", "word") + field("other", "x") + file)
	f.Fuzz(func(t *testing.T, body string) {
		r, problem := parseTranscription(kind, []byte(body))
		if problem != nil {
			if problem.Status != 400 || len(problem.Member) > maxMember+3 {
				t.Fatalf("error is %+v", problem)
			}
			return
		}
		contentType, sent := r.forwardTo(catalog.Upstream{}, "up")
		_, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatal(err)
		}
		form, err := multipart.NewReader(bytes.NewReader(sent), params["boundary"]).ReadForm(1 << 20)
		if err != nil {
			t.Fatalf("the rebuilt form is none: %v", err)
		}
		if len(form.File) != 1 || len(form.File["file"]) != 1 || form.Value["model"][0] != "up" {
			t.Fatalf("sent are %v and %v", form.Value, form.File)
		}
		for name, values := range form.Value {
			if formValues[name] == nil || name == "user" || len(values) > 1 && name != "timestamp_granularities[]" {
				t.Fatalf("field %s goes through: %q", name, values)
			}
		}
	})
}
