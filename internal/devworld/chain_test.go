package devworld_test

import (
	"bytes"
	"crypto/ecdsa"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/internal/devworld"
)

func startChain(t *testing.T, cfg devworld.Config) *devworld.Chain {
	t.Helper()
	chain, err := devworld.StartChain(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := chain.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return chain
}

func dial(t *testing.T, url string) *ethclient.Client {
	t.Helper()
	client, err := ethclient.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// eventually polls until ok, for at most 20 seconds.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-deadline:
			t.Fatal("never happened: " + what)
		case <-tick.C:
		}
	}
}

// send signs and sends a transaction from the faucet's key with a given nonce.
func send(t *testing.T, chain *devworld.Chain, client *ethclient.Client, key *ecdsa.PrivateKey, nonce uint64, to *common.Address, data []byte) common.Hash {
	t.Helper()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(new(big.Int).SetUint64(chain.ChainID())), &types.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(chain.ChainID()), Nonce: nonce, Gas: 200_000, To: to, Data: data,
		GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(10_000_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	return tx.Hash()
}

func receipt(t *testing.T, client *ethclient.Client, hash common.Hash) *types.Receipt {
	t.Helper()
	var got *types.Receipt
	eventually(t, "a receipt", func() bool {
		r, err := client.TransactionReceipt(t.Context(), hash)
		got = r
		return err == nil
	})
	return got
}

func blockNumber(t *testing.T, client *ethclient.Client) uint64 {
	t.Helper()
	n, err := client.BlockNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// emitLog is the creation code of a contract whose constructor logs nothing
// from nowhere: PUSH0 PUSH0 LOG0 STOP.
var emitLog = common.FromHex("5f5fa000")

func TestTransactionIsMinedAtOnceAndConfirmedByAnEmptyBlock(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	client := dial(t, chain.RPCURL())
	to := common.HexToAddress("0x00000000000000000000000000000000000a11ce")
	if err := chain.Fund(t.Context(), to, big.NewInt(12345), nil, nil); err != nil {
		t.Fatal(err)
	}
	balance, err := client.BalanceAt(t.Context(), to, nil)
	if err != nil || balance.Int64() != 12345 {
		t.Fatalf("balance %v, %v", balance, err)
	}
	eventually(t, "the trailing block", func() bool {
		n := blockNumber(t, client)
		count, err := client.TransactionCount(t.Context(), chain.Head().Hash())
		return err == nil && n == 3 && count == 0
	})
}

func TestHTTPAndWebSocketShareOnePort(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	if strings.TrimPrefix(chain.RPCURL(), "http://") != strings.TrimPrefix(chain.WSURL(), "ws://") {
		t.Fatal(chain.RPCURL(), chain.WSURL())
	}
	if strings.HasSuffix(chain.RPCURL(), ":0") {
		t.Fatal("the port is not known:", chain.RPCURL())
	}
	heads := make(chan *types.Header, 16)
	sub, err := dial(t, chain.WSURL()).SubscribeNewHead(t.Context(), heads)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	if err := chain.Mine(1); err != nil {
		t.Fatal(err)
	}
	select {
	case h := <-heads:
		if h.Hash() != chain.Head().Hash() {
			t.Fatal("another head was announced")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("no head was announced")
	}
}

func TestChainIDIsTheOneConfigured(t *testing.T) {
	for _, id := range []uint64{devworld.DefaultChainID, 8453} {
		chain := startChain(t, devworld.Config{ChainID: id})
		got, err := dial(t, chain.RPCURL()).ChainID(t.Context())
		if err != nil || got.Uint64() != id {
			t.Fatalf("chain id %v, %v", got, err)
		}
	}
}

func TestTagsFollowTheHead(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	if err := chain.Mine(20); err != nil {
		t.Fatal(err)
	}
	client := dial(t, chain.RPCURL())
	want := map[rpc.BlockNumber]uint64{rpc.LatestBlockNumber: 21, rpc.SafeBlockNumber: 19, rpc.FinalizedBlockNumber: 13}
	for tag, number := range want {
		header, err := client.HeaderByNumber(t.Context(), big.NewInt(tag.Int64()))
		if err != nil || header.Number.Uint64() != number {
			t.Errorf("%v: %v, %v; want %d", tag, header, err, number)
		}
	}
	if syncing, err := client.SyncProgress(t.Context()); err != nil || syncing != nil {
		t.Errorf("eth_syncing: %v, %v", syncing, err)
	}
}

func TestBurstOfTransactionsIsMinedWithoutDeadlock(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	client := dial(t, chain.RPCURL())
	to := common.HexToAddress("0xb0b")
	const n = 600
	var last common.Hash
	for i := range uint64(n) {
		last = send(t, chain, client, chain.FaucetKey(), i, &to, nil)
	}
	receipt(t, client, last)
	nonce, err := client.NonceAt(t.Context(), chain.FaucetAddress(), nil)
	if err != nil || nonce != n {
		t.Fatalf("nonce %d, %v", nonce, err)
	}
}

func TestTooCheapTransactionWaitsWithoutSpinningAndIsMinedLater(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	client := dial(t, chain.RPCURL())
	to := common.HexToAddress("0xb0b")
	tx, err := types.SignNewTx(chain.FaucetKey(), types.LatestSignerForChainID(big.NewInt(devworld.DefaultChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devworld.DefaultChainID), Gas: 21000, To: &to, GasTipCap: big.NewInt(1), GasFeeCap: big.NewInt(500_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if err := chain.Mine(1); err != nil { // the base fee is near a gwei
		t.Fatal(err)
	}
	if _, err := client.TransactionReceipt(t.Context(), tx.Hash()); err == nil {
		t.Fatal("mined below the base fee")
	}
	if n := blockNumber(t, client); n > 4 {
		t.Fatalf("%d blocks for a transaction that cannot be mined", n)
	}
	if err := chain.Mine(5); err != nil {
		t.Fatal(err)
	}
	receipt(t, client, tx.Hash())
}

func TestIntervalModeSealsByTheClockOnly(t *testing.T) {
	chain := startChain(t, devworld.Config{BlockTime: time.Second})
	client := dial(t, chain.RPCURL())
	to := common.HexToAddress("0xb0b")
	hash := send(t, chain, client, chain.FaucetKey(), 0, &to, nil)
	first := receipt(t, client, hash).BlockNumber.Uint64()
	eventually(t, "a second confirmation", func() bool { return blockNumber(t, client) > first })
}

func TestBlockTimeBelowASecondIsRefused(t *testing.T) {
	_, err := devworld.StartChain(t.Context(), devworld.Config{BlockTime: 10 * time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "whole seconds") {
		t.Fatal(err)
	}
}

func TestBadListenAddressSaysWhatToWrite(t *testing.T) {
	for _, address := range []string{"8545", "127.0.0.1:http", "127.0.0.1:70000"} {
		if _, err := devworld.StartChain(t.Context(), devworld.Config{RPCListen: address}); err == nil || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTakenPortIsAnError(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	address := strings.TrimPrefix(chain.RPCURL(), "http://")
	if _, err := devworld.StartChain(t.Context(), devworld.Config{RPCListen: address}); err == nil {
		t.Fatal("two chains on one port")
	}
}

func TestReorgTakesLogsBackAndMinesTransactionsAgain(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	client := dial(t, chain.WSURL())
	logs := make(chan types.Log, 16)
	sub, err := client.SubscribeFilterLogs(t.Context(), ethereum.FilterQuery{}, logs)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	hash := send(t, chain, client, chain.FaucetKey(), 0, nil, emitLog)
	before := receipt(t, client, hash)
	eventually(t, "the trailing block", func() bool { return blockNumber(t, client) == before.BlockNumber.Uint64()+1 })
	if err := chain.Reorg(2); err != nil {
		t.Fatal(err)
	}
	var seen []bool
	for len(seen) < 3 {
		select {
		case l := <-logs:
			seen = append(seen, l.Removed)
		case <-time.After(20 * time.Second):
			t.Fatal("logs so far (removed?):", seen)
		}
	}
	if seen[0] || !seen[1] || seen[2] {
		t.Fatal("removed flags:", seen)
	}
	eventually(t, "another receipt", func() bool {
		after, err := client.TransactionReceipt(t.Context(), hash)
		return err == nil && after.BlockHash != before.BlockHash
	})
	if err := chain.Reorg(1000); err == nil {
		t.Fatal("replaced more blocks than there are")
	}
}

func TestPagesOfOtherSitesAndTheDebugNamespaceAreRefused(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	call := func(origin, host, method string) (*http.Response, string) {
		body := `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":[]}`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, chain.RPCURL(), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Origin", origin)
		if host != "" {
			req.Host = host
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(text)
	}
	allowed := func(r *http.Response) string { return r.Header.Get("Access-Control-Allow-Origin") }
	for _, origin := range []string{"http://localhost:3000", "http://127.0.0.1:8402", "http://localhost"} {
		if resp, text := call(origin, "", "eth_chainId"); allowed(resp) != origin || !strings.Contains(text, "0x7a69") {
			t.Errorf("%s: %q %s", origin, allowed(resp), text)
		}
	}
	for _, origin := range []string{"http://evil.example", "http://localhost.evil.example", "https://127.0.0.1.evil.example"} {
		if resp, _ := call(origin, "", "eth_chainId"); allowed(resp) != "" {
			t.Errorf("%s may read: %q", origin, allowed(resp))
		}
		if _, err := rpc.DialWebsocket(t.Context(), chain.WSURL(), origin); err == nil {
			t.Errorf("%s may open a web socket", origin)
		}
	}
	if resp, _ := call("http://localhost", "evil.example", "eth_chainId"); resp.StatusCode != http.StatusForbidden {
		t.Error("a rebound host name got", resp.StatusCode)
	}
	for _, method := range []string{"debug_writeMemProfile", "admin_nodeInfo", "miner_setExtra"} {
		if _, text := call("http://localhost", "", method); !strings.Contains(text, "does not exist") {
			t.Errorf("%s: %s", method, text)
		}
	}
}

func TestLogsOfTheLibraryStayQuiet(t *testing.T) {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelInfo}))
	chain, err := devworld.StartChain(t.Context(), devworld.Config{Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	if err := chain.Fund(t.Context(), common.HexToAddress("0xb0b"), big.NewInt(1), nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := chain.Close(); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Fatal(out.String())
	}
}

func BenchmarkStartChain(b *testing.B) {
	for b.Loop() {
		chain, err := devworld.StartChain(b.Context(), devworld.Config{})
		if err != nil {
			b.Fatal(err)
		}
		if err := chain.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
