package dex

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// maxBatch is how many questions one call asks: nodes bound a call's gas, and a
// quote of concentrated liquidity takes some 100,000.
const maxBatch = 60

// question is one read of a batch. into gets the answer, or nil for a revert;
// its error says that the contract is not what it should be.
type question struct {
	to   common.Address
	data []byte
	into func(answer []byte) error
	name string // of the contract, for people
}

var errOther = errors.New("another contract")

// foreign says that a contract is not what it should be.
func (q question) foreign() error {
	return fmt.Errorf("%s does not answer like %s: check the address, the chain and the node", q.to, q.name)
}

// ask asks all questions at one block.
func (m Market) ask(ctx context.Context, chain Caller, block *big.Int, questions []question) error {
	for start := 0; start < len(questions); start += maxBatch {
		part := questions[start:min(start+maxBatch, len(questions))]
		if err := m.askBatch(ctx, chain, block, part); err != nil {
			return err
		}
	}
	return nil
}

func (m Market) askBatch(ctx context.Context, chain Caller, block *big.Int, questions []question) error {
	multicall := bindings.NewMulticall3()
	calls := make([]bindings.Multicall3Call3, len(questions))
	for i, q := range questions {
		calls[i] = bindings.Multicall3Call3{Target: q.to, AllowFailure: true, CallData: q.data}
	}
	answer, err := chain.CallContract(ctx, ethereum.CallMsg{To: &m.Multicall3, Data: multicall.PackAggregate3(calls)}, block)
	if err != nil && !IsRevert(err) {
		return err
	}
	results, err := multicall.UnpackAggregate3(answer) // nothing to unpack after a revert
	if err != nil || len(results) != len(questions) {
		return question{to: m.Multicall3, name: "Multicall3"}.foreign()
	}
	for i, q := range questions {
		answer := results[i].ReturnData
		if !results[i].Success {
			answer = nil
		}
		if err := q.into(answer); errors.Is(err, errOther) {
			return q.foreign()
		} else if err != nil {
			return err
		}
	}
	return nil
}

// word is the i-th 32 bytes of an answer, or nil where it has less.
func word(answer []byte, i int) *big.Int {
	if len(answer) < 32*(i+1) {
		return nil
	}
	return new(big.Int).SetBytes(answer[32*i : 32*(i+1)])
}

// address reads an answer that is one address.
func address(answer []byte) (common.Address, error) {
	if len(answer) != 32 || [12]byte(answer[:12]) != [12]byte{} {
		return common.Address{}, errOther
	}
	return common.BytesToAddress(answer), nil
}

// must makes a question whose answer has to be this address.
func must(name string, to common.Address, data []byte, want common.Address) question {
	return question{to, data, func(answer []byte) error {
		if got, err := address(answer); err != nil || got != want {
			return errOther
		}
		return nil
	}, name}
}
