package app_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"go.uber.org/goleak"

	"stakegate/api/apitest"
	"stakegate/internal/app/apptest"
)

// TestMain demands, after all tests, that every answer that the description
// promises was given by a running server, and that nothing is left running.
func TestMain(m *testing.M) {
	code := m.Run()
	if !apptest.CheckCoverage(os.Stderr, outOfReach()) && code == 0 {
		code = 1
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// outOfReach lists answers that no client can bring about today, and why.
func outOfReach() map[apitest.Answer]string {
	const (
		noFault = "nothing on this route can fail but by a bug; httpapi's own tests cover panics"
		noChain = "nothing on this route waits for the chain, a busy ledger or the database"
	)
	list := map[apitest.Answer]string{}
	add := func(status int, reason string, operations ...string) {
		for _, operation := range operations {
			list[apitest.Answer{Operation: operation, Status: status}] = reason
		}
	}
	add(500, noFault, "getValidationToken", "getRevocationMessage", "listModels", "listModelTraits", "listModelCompatibility", "getModel", "getUsage",
		"createChatCompletion", "createResponse", "createMessage", "createCompletion", "createEmbeddings", "createImage",
		"createSpeech", "createTranscription")
	add(503, noChain, "getValidationToken", "getRevocationMessage", "listModels", "listModelTraits", "listModelCompatibility", "getModel", "getUsage")
	add(504, "a test of httpapi has it: here it takes 20 s", "getUsageAnalytics")
	return list
}
