package dex

import (
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"stakegate/contracts/bindings"
)

// The prices that a purchase is held against: each pool's own mean over some
// past, which a trade of this block cannot move, and price feeds. A price that
// neither confirms is not paid.

// suspicious says why a route's prices are not trusted, or "". A route is
// trusted when every pool has a past that agrees, or when the feeds know both
// tokens: those are asked when the amount is known.
func (s *search) suspicious(r route) string {
	for _, h := range r.hops {
		if h.mean == nil {
			if s.usd(s.want.Pay) == nil || s.usd(s.want.Token) == nil {
				return "the pool remembers no price of the last minutes, and no price feed knows the token: nothing confirms its price"
			}
			continue
		}
		if points := apart(h.price, h.mean); points > s.want.MaxDeviationBPS {
			return fmt.Sprintf("the price is %s %% off its mean over the last half hour, more than the allowed %s %%: somebody has moved it; try again later",
				percent(points), percent(s.want.MaxDeviationBPS))
		}
	}
	return s.staleFeed()
}

// offFeeds says how far a candidate's whole price is from the feeds', or "".
func (s *search) offFeeds(c *candidate) string {
	pay, token := s.usd(s.want.Pay), s.usd(s.want.Token)
	if pay == nil || token == nil {
		return ""
	}
	paid := new(big.Rat).Mul(pay, new(big.Rat).SetInt(c.In))
	got := new(big.Rat).Mul(token, new(big.Rat).SetInt(c.Out))
	if points := apart(paid, got); points > s.want.MaxDeviationBPS {
		return fmt.Sprintf("its price, fees included, is %s %% off the price feeds', more than the allowed %s %%",
			percent(points), percent(s.want.MaxDeviationBPS))
	}
	return ""
}

// checked says in words what confirmed a route's price.
func (s *search) checked(r route) string {
	var by []string
	for _, h := range r.hops {
		if h.mean == nil {
			by = nil
			break
		}
		by = []string{"its mean of the last half hour"}
	}
	if s.usd(s.want.Pay) != nil && s.usd(s.want.Token) != nil {
		by = append(by, "the price feeds")
	}
	return strings.Join(by, " and ")
}

// usd is what one unit of a token is worth in USD, or nil.
func (s *search) usd(token common.Address) *big.Rat {
	switch token {
	case s.market.USDC:
		return big.NewRat(1, 1_000_000) // USDC has 6 decimals
	case common.Address{}:
		token = s.market.WETH
	}
	return s.feeds[token]
}

// staleFeed is the reason why a configured feed cannot be used, or "".
func (s *search) staleFeed() string {
	for _, token := range s.fed() {
		if price, asked := s.feeds[token]; asked && price == nil {
			return fmt.Sprintf("the price feed of %s has no recent answer: its age or its price make no sense now", s.market.name(token))
		}
	}
	return ""
}

// fed are the tokens of this purchase that have a feed.
func (s *search) fed() []common.Address {
	var tokens []common.Address
	for _, token := range []common.Address{s.market.WETH, s.want.Token} {
		if feed, has := s.market.Feeds[token]; has && feed.At != (common.Address{}) {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

const (
	weiDecimals    = 18 // of every token here that has a feed
	feedClockSkew  = time.Minute
	maxFeedDecimal = 36
)

// feedQuestions asks the feeds, at Chainlink's interface.
func (s *search) feedQuestions() []question {
	aggregator := bindings.NewDevWorldPriceFeed()
	var questions []question
	for _, token := range s.fed() {
		feed, name := s.market.Feeds[token], "the price feed of "+s.market.name(token)
		var unit *big.Int
		questions = append(questions, question{feed.At, aggregator.PackDecimals(), func(answer []byte) error {
			decimals := word(answer, 0)
			if decimals == nil || decimals.Cmp(big.NewInt(maxFeedDecimal)) > 0 {
				return errOther
			}
			unit = new(big.Int).Exp(big.NewInt(10), new(big.Int).Add(decimals, big.NewInt(weiDecimals)), nil)
			return nil
		}, name}, question{feed.At, aggregator.PackLatestRoundData(), func(answer []byte) error {
			s.feeds[token] = nil // asked
			if answer == nil {
				return nil
			}
			round, err := aggregator.UnpackLatestRoundData(answer)
			if err != nil {
				return errOther
			}
			at := time.Unix(round.UpdatedAt.Int64(), 0)
			if round.UpdatedAt.IsInt64() && round.Answer.Sign() > 0 && s.want.Now.Sub(at) <= feed.MaxAge && at.Sub(s.want.Now) <= feedClockSkew {
				s.feeds[token] = new(big.Rat).SetFrac(round.Answer, unit)
			}
			return nil
		}, name})
	}
	return questions
}

// toWei is what an amount of the payment is worth in wei; nil if not known.
func (s *search) toWei(amount *big.Int) *big.Int {
	return s.convert(amount, s.want.Pay, common.Address{})
}

// fromWei is what wei are worth in units of the payment; nil if not known.
func (s *search) fromWei(wei *big.Int) *big.Int {
	return s.convert(wei, common.Address{}, s.want.Pay)
}

func (s *search) convert(amount *big.Int, from, to common.Address) *big.Int {
	if from == to {
		return new(big.Int).Set(amount)
	}
	have, want := s.usd(from), s.usd(to)
	if have == nil || want == nil {
		return nil
	}
	worth := new(big.Rat).Mul(new(big.Rat).SetInt(amount), have)
	return ceil(worth.Quo(worth, want))
}
