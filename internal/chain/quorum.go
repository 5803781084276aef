package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"stakegate/internal/stake"
)

// question is something that nodes are asked.
type question[T any] struct {
	name string
	ask  func(context.Context, *node) (T, error)
	// same is equal for answers that mean the same.
	same func(T) string
	// strange says that a node that fails at it may be well: what is asked is a
	// stranger's, or newer than what the node has.
	strange bool
}

// answer is one node's.
type answer[T any] struct {
	node  *node
	value T
	err   error
}

// query asks one node after the other until as many as are required have given
// the same answer, at first as many of them at once. An error wraps
// stake.ErrChain or is the context's.
func query[T any](ctx context.Context, c *Client, q question[T]) (T, error) {
	var none T
	var failures []error
	votes := map[string]int{}
	best := 0
	for order := c.order(); len(order) > 0; {
		round := order[:min(c.config.Required-best, len(order))]
		order = order[len(round):]
		for _, a := range askAll(ctx, c, q, round) {
			if ctx.Err() != nil {
				return none, ctx.Err()
			}
			if !q.strange {
				c.report(a.node, a.err)
			}
			if a.err != nil {
				failures = append(failures, a.err)
				continue
			}
			key := q.same(a.value)
			votes[key]++
			best = max(best, votes[key])
			if votes[key] == c.config.Required {
				c.disagreement(q.name, len(votes))
				return a.value, nil
			}
		}
	}
	c.disagreement(q.name, len(votes))
	if len(votes) > 0 {
		failures = append(failures, fmt.Errorf("%d nodes agree about %s, chain.required is %d", best, q.name, c.config.Required))
	}
	return none, fmt.Errorf("%w: %w", stake.ErrChain, errors.Join(failures...))
}

// askAll asks nodes at once and returns their answers in their order.
func askAll[T any](ctx context.Context, c *Client, q question[T], nodes []*node) []answer[T] {
	answers := make([]answer[T], len(nodes))
	one := func(i int) {
		answers[i].node = nodes[i]
		answers[i].err = c.try(ctx, nodes[i], func(ctx context.Context) (err error) {
			answers[i].value, err = q.ask(ctx, nodes[i])
			return err
		})
	}
	if len(nodes) == 1 {
		one(0)
		return answers
	}
	var group sync.WaitGroup
	for i := range nodes {
		group.Go(func() { one(i) })
	}
	group.Wait()
	return answers
}

// disagreement raises an alarm if there were several answers.
func (c *Client) disagreement(what string, answers int) {
	if answers < 2 {
		return
	}
	c.disagreements.Add(1)
	c.config.Logger.Error("chain nodes disagree: one of them lies or is on a fork", "question", what, "answers", answers)
}

// agreedHead is the newest block that as many nodes as are required have. A
// node alone can neither make one up nor, as long as there are enough others,
// hold it back.
func (c *Client) agreedHead(ctx context.Context) (stake.Block, error) {
	var failures []error
	var numbers []uint64
	well, failing := c.sort()
	for _, nodes := range [][]*node{well, failing} { // these only if they are needed
		if len(numbers) >= c.config.Required {
			break
		}
		for _, head := range askAll(ctx, c, question[stake.Block]{ask: c.freshHead}, nodes) {
			if ctx.Err() != nil {
				return stake.Block{}, ctx.Err()
			}
			c.report(head.node, head.err)
			if head.err != nil {
				failures = append(failures, head.err)
				continue
			}
			numbers = append(numbers, head.value.Number)
		}
	}
	if len(numbers) < c.config.Required {
		return stake.Block{}, fmt.Errorf("%w: %d nodes are well, chain.required is %d: %w",
			stake.ErrChain, len(numbers), c.config.Required, errors.Join(failures...))
	}
	slices.Sort(numbers)
	common := numbers[len(numbers)-c.config.Required]
	agreed := c.blockQuestion(common)
	agreed.strange = true // a node that is a block behind is well, and does not have it yet
	head, err := query(ctx, c, agreed)
	if err != nil {
		return stake.Block{}, err
	}
	if err := c.checkAge(head); err != nil {
		return stake.Block{}, fmt.Errorf("%w: %w", stake.ErrChain, err)
	}
	return head, nil
}

// bytesKey is the identity of answers of bytes.
func bytesKey[T ~[]byte](answers []T) string {
	var key strings.Builder
	for _, a := range answers {
		fmt.Fprintf(&key, "%x,", []byte(a))
	}
	return key.String()
}
