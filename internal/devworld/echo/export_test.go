package echo

import "testing"

// CheckListen reads any bytes as a WAV: what is accepted has a length, and not
// more text than bytes.
func CheckListen(t *testing.T, file []byte) {
	t.Helper()
	heard, ok := listen(file)
	if ok && (heard.seconds <= 0 || len(heard.text) > len(file)) {
		t.Fatalf("%+v", heard)
	}
	again, _ := listen(speak(heard.text + "."))
	if again.text != heard.text+"." {
		t.Fatalf("%q is read back as %q", heard.text, again.text)
	}
}
