package devworld_test

import (
	"context"
	"encoding/json"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"stakegate/internal/devworld"
)

const week = 7 * 24 * time.Hour

func rpcCall(t *testing.T, chain *devworld.Chain, method string, params ...any) json.RawMessage {
	t.Helper()
	out, err := tryRPC(t.Context(), chain, method, params...)
	if err != nil {
		t.Fatal(method, err)
	}
	return out
}

func tryRPC(ctx context.Context, chain *devworld.Chain, method string, params ...any) (json.RawMessage, error) {
	client, err := rpc.DialContext(ctx, chain.RPCURL())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var out json.RawMessage
	err = client.CallContext(ctx, &out, method, params...)
	return out, err
}

func TestTimeTravelByGoAndByRPCInAllSpellings(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	start := chain.Head().Time
	if err := chain.IncreaseTime(week); err != nil {
		t.Fatal(err)
	}
	if got := chain.Head().Time - start; got < 604800 || got > 604830 {
		t.Fatal("moved", got)
	}
	for _, seconds := range []any{86400, "86400", "0x15180"} {
		before := chain.Head().Time
		rpcCall(t, chain, "evm_increaseTime", seconds)
		if chain.Head().Time != before {
			t.Fatal("evm_increaseTime mined a block")
		}
		rpcCall(t, chain, "evm_mine")
		if got := chain.Head().Time - before; got < 86400 || got > 86430 {
			t.Errorf("%v moved %d", seconds, got)
		}
	}
	for _, bad := range []any{-1, "soon", "1.5", 1e30, nil, []int{1}} {
		if _, err := tryRPC(t.Context(), chain, "evm_increaseTime", bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	if err := chain.IncreaseTime(-time.Second); err == nil {
		t.Error("time went back")
	}
}

func TestClockRunsOnAfterAJump(t *testing.T) {
	var wall atomic.Int64
	wall.Store(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC).Unix())
	chain := startChain(t, devworld.Config{Now: func() time.Time { return time.Unix(wall.Load(), 0) }})
	if err := chain.IncreaseTime(week); err != nil {
		t.Fatal(err)
	}
	before := chain.Head().Time
	wall.Add(5)
	if err := chain.Mine(1); err != nil {
		t.Fatal(err)
	}
	if got := chain.Head().Time - before; got != 5 {
		t.Fatal("5 s later the chain moved by", got)
	}
}

func TestIncreasedTimeWaitsForANextBlock(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	var looks atomic.Int64 // at the clock; the heartbeat of an idle chain looks at it
	chain := startChain(t, devworld.Config{Now: func() time.Time { looks.Add(1); return noon }})
	before := chain.Head()
	rpcCall(t, chain, "evm_increaseTime", 86400)
	seen := looks.Load()
	eventually(t, "two heartbeats", func() bool { return looks.Load() >= seen+2 })
	if chain.Head().Hash() != before.Hash() {
		t.Fatal("a block was sealed that nobody asked for")
	}
}

func TestNextBlockTimestampIsExactAndTimeGoesOnFromThere(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	at := chain.Head().Time + 1_000_000
	rpcCall(t, chain, "evm_setNextBlockTimestamp", at)
	rpcCall(t, chain, "evm_mine")
	if got := chain.Head().Time; got != at {
		t.Fatalf("%d, want %d", got, at)
	}
	if err := chain.Mine(1); err != nil {
		t.Fatal(err)
	}
	if got := chain.Head().Time; got <= at || got > at+30 {
		t.Fatalf("then %d, want just after %d", got, at)
	}
	if _, err := tryRPC(t.Context(), chain, "evm_setNextBlockTimestamp", at); err == nil {
		t.Fatal("a timestamp in the past was accepted")
	}
}

func TestMineTakesATimestampOrAnObject(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	number := chain.Head().Number.Uint64()
	rpcCall(t, chain, "evm_mine", map[string]any{"blocks": "0x5"})
	if got := chain.Head().Number.Uint64(); got != number+5 {
		t.Fatal("blocks:", got-number)
	}
	at := chain.Head().Time + 500
	rpcCall(t, chain, "evm_mine", at)
	if got := chain.Head().Time; got != at {
		t.Fatalf("%d, want %d", got, at)
	}
	if _, err := tryRPC(t.Context(), chain, "evm_mine", map[string]any{"blocks": 1 << 40}); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Fatal(err)
	}
}

func TestRevertForgetsWhatCameAfterTheSnapshot(t *testing.T) {
	chain := startChain(t, devworld.Config{})
	to := common.HexToAddress("0xb0b")
	id := rpcCall(t, chain, "evm_snapshot")
	number := chain.Head().Number.Uint64()
	if err := chain.Fund(t.Context(), to, big.NewInt(7), nil, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the trailing block", func() bool { return chain.Head().Number.Uint64() == number+2 })
	if err := chain.IncreaseTime(week); err != nil {
		t.Fatal(err)
	}
	if got := rpcCall(t, chain, "evm_revert", id); string(got) != "true" {
		t.Fatal(string(got))
	}
	balance, err := dial(t, chain.RPCURL()).BalanceAt(t.Context(), to, nil)
	if err != nil || balance.Sign() != 0 {
		t.Fatalf("balance after revert %v, %v", balance, err)
	}
	if got := rpcCall(t, chain, "evm_revert", id); string(got) != "false" {
		t.Fatal("reverted twice to one snapshot")
	}
	if err := chain.Fund(t.Context(), to, big.NewInt(9), nil, nil); err != nil {
		t.Fatal("the chain does not go on after a revert:", err)
	}
	if lead := time.Until(time.Unix(int64(chain.Head().Time), 0)); lead > time.Hour {
		t.Fatal("the clock kept its jump:", lead)
	}
}

func TestIdleChainKeepsAYoungHeadAndStartsTheDayAtMidnight(t *testing.T) {
	var wall atomic.Int64
	wall.Store(time.Date(2026, 5, 1, 23, 59, 55, 0, time.UTC).Unix())
	chain := startChain(t, devworld.Config{Now: func() time.Time { return time.Unix(wall.Load(), 0) }})
	head := func() time.Time { return time.Unix(int64(chain.Head().Time), 0).UTC() }
	wall.Add(6) // 00:00:01: the head is 5 s old, but of yesterday
	eventually(t, "a block of the new day", func() bool { return head().Day() == 2 })
	wall.Add(11)
	eventually(t, "a young head", func() bool { return head().Unix() == wall.Load() })
}
