package bench_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"stakegate/internal/app/apptest"
)

const (
	challengePath = "/api/v1/api_keys/generate_web3_key"
	mintsOfRound  = 4000
)

// mints measures the two requests that make a key: the token, and the mint of a
// plain wallet with a stake, each mint another wallet's. What a wallet does in
// between, signing, is done before the clock runs. The server may run on both
// cores; the chain that it asks is in this process, the load on core 1.
func mints(t *testing.T, turns, each, tokens int) {
	g := newGate(t, "127.0.0.1:1", "") // no model is called
	wallets := make([]apptest.Wallet, turns*each)
	for i := range wallets {
		wallets[i] = apptest.NewWallet(t)
		g.chain.StakeVVV(wallets[i].Address, apptest.Tokens(100))
	}
	run := g.run
	if *profileTo != "" {
		run = g.runProfiled
		defer g.endProfile()
	}
	run(fmt.Sprintf("%d-%d", serverCore, loadCore))
	r := &results{samples: map[string]map[string][]outcome{"token": {}, "mint": {}}}
	asked := 0
	sample := func(name string, j job) {
		j.Address, j.Connections, j.Status, j.Core, j.Process = g.address, connections, "200", -1, g.process.pids()
		o := perform(t, j)
		if o.Failed > 0 || o.Requests == 0 || j.Count > 0 && o.Requests != j.Count {
			t.Fatalf("%s: %d answers, %d failures, first: %s", name, o.Requests, o.Failed, o.Problem)
		}
		r.samples[name]["sqlite"] = append(r.samples[name]["sqlite"], o)
	}
	for turn := range turns {
		progress("tokens and mints: round %d of %d", turn+1, turns)
		sample("token", job{
			Requests: [][]byte{[]byte("GET " + challengePath + " HTTP/1.1\r\nHost: bench\r\nAccept: */*\r\nUser-Agent: bench/1\r\n\r\n")},
			Count:    tokens, Warm: *window / 5, Window: *window,
		})
		requests := signed(t, g, wallets[turn*each:(turn+1)*each])
		before := g.chain.Calls()
		sample("mint", job{Requests: requests, Count: len(requests)})
		asked += g.chain.Calls() - before
	}
	fmt.Printf("\nfrom a wallet to a key, SQLite, %d connections\n", connections)
	fmt.Printf("GET  generate_web3_key: %.0f a second (aim: 20000), CPU of the server %.1f us, p50 %.2f ms, p99 %.2f ms\n",
		r.of("token", "sqlite", perSecond), r.of("token", "sqlite", cpuEach), r.of("token", "sqlite", p50), r.of("token", "sqlite", p99))
	fmt.Printf("POST generate_web3_key: %.0f a second (aim: 1500), CPU of the server %.1f us, p50 %.2f ms, p99 %.2f ms, %.2f requests to the chain for a mint\n",
		r.of("mint", "sqlite", perSecond), r.of("mint", "sqlite", cpuEach), r.of("mint", "sqlite", p50), r.of("mint", "sqlite", p99),
		float64(asked)/float64(len(wallets)))
}

// signed gets a token for each wallet, and is the requests that mint their keys.
func signed(t *testing.T, g *gate, wallets []apptest.Wallet) [][]byte {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	tokens, problems := make([]string, len(wallets)), make([]error, 8)
	var group sync.WaitGroup
	for worker := range problems {
		group.Go(func() {
			for i := worker; i < len(tokens) && problems[worker] == nil; i += len(problems) {
				tokens[i], problems[worker] = g.token(client)
			}
		})
	}
	group.Wait()
	if err := errors.Join(problems...); err != nil {
		t.Fatal(err)
	}
	requests := make([][]byte, len(wallets))
	for i, wallet := range wallets {
		requests[i] = (&server{path: challengePath}).request("", fmt.Sprintf(`{"address":%q,"signature":%q,"token":%q,"apiKeyType":"INFERENCE","description":"bench"}`,
			wallet.Address.Hex(), wallet.Sign(t, tokens[i]), tokens[i]))
	}
	return requests
}

// token is a fresh validation token.
func (g *gate) token(client *http.Client) (string, error) {
	response, err := client.Get("http://" + g.address + challengePath)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct{ Data struct{ Token string } }
	text, err := io.ReadAll(response.Body)
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err == nil && answer.Data.Token == "" {
		err = fmt.Errorf("no token: %d", response.StatusCode)
	}
	return answer.Data.Token, err
}
