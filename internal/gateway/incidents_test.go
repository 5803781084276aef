package gateway_test

import (
	"io"
	"testing"
)

// A client that closes its connection as soon as it has the whole answer did
// not leave, and pays by the usage (LiteLLM 30527: a normal end was taken for a
// disconnect).
func TestAClientThatClosesAfterTheEndDidNotLeave(t *testing.T) {
	for name, test := range map[string]struct{ body, upstream string }{
		"whole": {hello, answer(usual)}, "stream": {body: helloStream},
	} {
		t.Run(name, func(t *testing.T) {
			script := answers(test.upstream)
			if test.upstream == "" {
				script = streams(piece("good day", "stop"), usagePiece("20", "5"), "[DONE]")
			}
			w := newWorld(t, script, options{})
			reader, leave := w.open(test.body)
			if _, err := io.ReadAll(reader); err != nil {
				t.Fatal(err)
			}
			leave()
			if got := w.outcome(); got.ClientLeft || got.Source != "usage" || got.Charged.DIEM+got.Charged.USD != charge(20, 5) {
				t.Errorf("the outcome is %+v", got)
			}
		})
	}
}
