package dex

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

const (
	maxRounds = 8 // of quotes for one purchase
	maxRoutes = 40
	// A quote that is better than the pool's price by more than this is a lie.
	tooGoodBPS = 50
	approveGas = 60_000
)

// search is one purchase while it is being priced.
type search struct {
	market Market
	chain  Caller
	block  *big.Int
	want   Want
	target *big.Int // so that Out arrives even after the slippage
	feeds  map[common.Address]*big.Rat
	asked  []*candidate
}

// candidate is a route that is being priced.
type candidate struct {
	Candidate
	route route
	done  bool
}

// Best finds the cheapest way, gas included, to have want.Out arrive even if
// the price slips by want.SlippageBPS. All reads are of the same block.
func (m Market) Best(ctx context.Context, chain Caller, block *big.Int, want Want) (Offer, error) {
	if want.Out.Sign() <= 0 || want.SlippageBPS < 0 || want.SlippageBPS >= bps {
		return Offer{}, fmt.Errorf("a purchase of %s units with %d bps of slippage makes no sense", want.Out, want.SlippageBPS)
	}
	s := &search{market: m, chain: chain, block: block, want: want, feeds: map[common.Address]*big.Rat{}}
	s.target = ceilDiv(new(big.Int).Mul(want.Out, big.NewInt(bps)), big.NewInt(bps-want.SlippageBPS))
	pools, err := s.pools(ctx)
	if err != nil {
		return Offer{}, err
	}
	if err := s.state(ctx, pools); err != nil {
		return Offer{}, err
	}
	s.routes(pools)
	if err := s.quotes(ctx); err != nil {
		return Offer{}, err
	}
	return s.best()
}

// venues are the market's exchanges. The contracts of a Slipstream generation
// that are not what they should be leave it out; the others' are an error.
func (m Market) venues() (needed, optional []venue) {
	if m.Aerodrome.exists() {
		needed = append(needed, aerodrome{m.Aerodrome, m.WETH})
	}
	if m.UniswapV3.exists() {
		needed = append(needed, uniswapV3{concentrated{"Uniswap", m.UniswapV3, m.WETH}})
	}
	for i, deployment := range m.Slipstream {
		if deployment.exists() {
			optional = append(optional, slipstream{concentrated{"Slipstream", deployment, m.WETH}, i + 1})
		}
	}
	return needed, optional
}

// pools resolves all pools that a route may go through.
func (s *search) pools(ctx context.Context) ([]*pool, error) {
	var pools []*pool
	found := func(p *pool) { pools = append(pools, p) }
	needed, optional := s.market.venues()
	other := func(v venue) bool { return s.want.Spender != common.Address{} && v.spender() != s.want.Spender }
	needed, optional = slices.DeleteFunc(needed, other), slices.DeleteFunc(optional, other)
	var questions []question
	for _, v := range needed {
		questions = append(questions, v.identity()...)
		questions = append(questions, s.pairs(v, found)...)
	}
	absent := map[string]bool{}
	for _, v := range optional {
		for _, q := range v.identity() {
			questions = append(questions, unless(q, func() { absent[v.name()] = true }))
		}
		for _, q := range s.pairs(v, found) {
			questions = append(questions, unless(q, func() { absent[v.name()] = true }))
		}
	}
	if err := s.market.ask(ctx, s.chain, s.block, questions); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(pools, func(p *pool) bool { return absent[p.venue.name()] }), nil
}

// unless makes a question whose wrong answer is told, and is no error.
func unless(q question, wrong func()) question {
	into := q.into
	q.into = func(answer []byte) error {
		if into(answer) != nil {
			wrong()
		}
		return nil
	}
	return q
}

// first is the token that the route's first pool takes.
func (s *search) first() common.Address {
	if s.want.Pay == (common.Address{}) {
		return s.market.WETH
	}
	return s.want.Pay
}

// between are the tokens that a route may go over.
func (s *search) between() []common.Address {
	return slices.DeleteFunc(slices.Clone(s.want.Via), func(via common.Address) bool {
		return via == s.first() || via == s.want.Token || via == (common.Address{})
	})
}

func (s *search) pairs(v venue, found func(*pool)) []question {
	questions := v.pools(s.first(), s.want.Token, found)
	for _, via := range s.between() {
		questions = append(questions, v.pools(s.first(), via, found)...)
		questions = append(questions, v.pools(via, s.want.Token, found)...)
	}
	return questions
}

// state reads the pools and the feeds.
func (s *search) state(ctx context.Context, pools []*pool) error {
	questions := s.feedQuestions()
	for _, p := range pools {
		questions = append(questions, p.venue.state(p)...)
	}
	return s.market.ask(ctx, s.chain, s.block, questions)
}

// routes makes all routes of the pools, and rules out those that no quote is
// needed for.
func (s *search) routes(pools []*pool) {
	joins := func(p *pool, a, b common.Address) bool {
		token0, token1 := sorted(a, b)
		return p.token0 == token0 && p.token1 == token1
	}
	for _, p := range pools {
		if joins(p, s.first(), s.want.Token) {
			s.add(p.venue, hop{p, s.first(), s.want.Token})
		}
	}
	for _, via := range s.between() {
		for _, p := range pools {
			for _, q := range pools {
				if p.venue == q.venue && joins(p, s.first(), via) && joins(q, via, s.want.Token) {
					s.add(p.venue, hop{p, s.first(), via}, hop{q, via, s.want.Token})
				}
			}
		}
	}
	s.keepTheMostPromising()
}

// keepTheMostPromising rules out routes beyond a number that one call can
// quote: those whose pools' prices are the worst.
func (s *search) keepTheMostPromising() {
	var open []*candidate
	for _, c := range s.asked {
		if !c.done {
			open = append(open, c)
		}
	}
	slices.SortStableFunc(open, func(a, b *candidate) int { return b.route.fair().Cmp(a.route.fair()) })
	for i, c := range open {
		if i >= maxRoutes {
			c.rule("other pools promise more")
		}
	}
}

func (s *search) add(v venue, hops ...hop) {
	r := route{market: s.market, venue: v, hops: hops, pay: s.want.Pay}
	c := &candidate{Candidate: Candidate{Route: r, Gas: v.gas(len(hops))}, route: r}
	if s.want.Pay != (common.Address{}) {
		c.Gas += approveGas
	}
	s.asked = append(s.asked, c)
	switch {
	case r.problem() != "":
		c.rule(r.problem())
	case r.fair() == nil:
		c.rule("the pool is empty")
	default:
		if problem := s.suspicious(r); problem != "" {
			c.rule(problem)
			return
		}
		c.In = ceil(new(big.Rat).Quo(new(big.Rat).SetInt(s.target), r.fair()))
	}
}

// rule puts a candidate out of the question.
func (c *candidate) rule(problem string) {
	c.Problem, c.In, c.Out, c.done = problem, nil, nil, true
}

// quotes asks what each candidate costs, all in one call, until each buys
// enough.
func (s *search) quotes(ctx context.Context) error {
	for range maxRounds {
		var questions []question
		for _, c := range s.asked {
			if !c.done {
				questions = append(questions, c.route.venue.quote(c.route, c.In, func(out *big.Int) error { return s.quoted(c, out) }))
			}
		}
		if len(questions) == 0 {
			return nil
		}
		if err := s.market.ask(ctx, s.chain, s.block, questions); err != nil {
			return err
		}
	}
	for _, c := range s.asked {
		if !c.done {
			c.rule("no amount was found that buys enough")
		}
	}
	return nil
}

// quoted takes one answer: enough, hopeless, or a better amount to ask for.
func (s *search) quoted(c *candidate, out *big.Int) error {
	if out == nil || out.Sign() == 0 {
		c.rule("the pool has no liquidity for this amount")
		return nil
	}
	fair := new(big.Rat).Mul(c.route.fair(), new(big.Rat).SetInt(c.In)) // what In would buy at the pool's price
	got := new(big.Rat).SetInt(out)
	points := apart(got, fair)
	if got.Cmp(fair) > 0 {
		if points > tooGoodBPS {
			return fmt.Errorf("%w: %s quotes %s %% more than the price of its own pool", ErrLying, c.Route.Name(), percent(points))
		}
		points = 0
	}
	c.Out, c.ImpactBPS = out, points
	switch {
	case points > s.want.MaxImpactBPS:
		words := fmt.Sprintf("the purchase would move the price by %s %%, more than the allowed %s %%", percent(points), percent(s.want.MaxImpactBPS))
		if out.Cmp(s.target) < 0 {
			words = fmt.Sprintf("the purchase would move the price by more than %s %%, the allowed %s %% and more: the pool is thin",
				percent(points), percent(s.want.MaxImpactBPS))
		}
		c.rule(words)
	case out.Cmp(s.target) >= 0:
		return s.accept(c)
	default:
		c.In = next(c.In, out, fair, s.target)
	}
	return nil
}

// next is the amount to ask for after one that bought too little. Where the
// price is x*y = k, 1/out is 1/fair and a constant: the next is right at once.
func next(in, out *big.Int, fair *big.Rat, target *big.Int) *big.Int {
	lost := new(big.Rat).Sub(new(big.Rat).SetFrac(big.NewInt(1), out), new(big.Rat).Inv(fair))
	wanted := new(big.Rat).Sub(new(big.Rat).SetFrac(big.NewInt(1), target), lost)
	var better *big.Int
	if wanted.Sign() > 0 {
		needed := new(big.Rat).Inv(wanted) // fair amount to buy
		better = ceil(needed.Mul(needed, new(big.Rat).SetInt(in)).Quo(needed, fair))
	}
	if scaled := ceilDiv(new(big.Int).Mul(in, target), out); better == nil || better.Cmp(scaled) < 0 {
		better = scaled // at least what is missing
	}
	// A hundredth of a basis point more, so that rounding does not ask again.
	return better.Add(better, ceilDiv(better, big.NewInt(1_000_000)))
}

// accept takes a price that is enough, if the feeds agree with it.
func (s *search) accept(c *candidate) error {
	c.done = true
	if problem := s.offFeeds(c); problem != "" {
		c.rule(problem)
		return nil
	}
	c.Cost = new(big.Int).Set(c.In)
	if gas := s.fromWei(s.gasWei(c)); gas != nil {
		c.Cost.Add(c.Cost, gas)
	}
	return nil
}

// gasWei is the price of a candidate's transactions, in wei.
func (s *search) gasWei(c *candidate) *big.Int {
	wei := new(big.Int)
	if s.want.GasPrice != nil {
		wei.Mul(s.want.GasPrice, new(big.Int).SetUint64(c.Gas))
	}
	if s.want.L1Fee != nil {
		wei.Add(wei, s.want.L1Fee)
		if s.want.Pay != (common.Address{}) {
			wei.Add(wei, s.want.L1Fee) // of the approval
		}
	}
	return wei
}

func (s *search) best() (Offer, error) {
	offer := Offer{Pay: s.want.Pay, MinOut: new(big.Int).Set(s.want.Out)}
	best := -1
	for i, c := range s.asked {
		offer.Asked = append(offer.Asked, c.Candidate)
		if c.Problem == "" && (best < 0 || c.Cost.Cmp(s.asked[best].Cost) < 0) {
			best = i
		}
	}
	if best < 0 {
		return offer, fmt.Errorf("%w: %s", ErrNoOffer, problems(offer.Asked))
	}
	for i, c := range s.asked {
		if c.Problem == "" && c.Route.Name() == s.want.Prefer && withinSlippage(c.Cost, s.asked[best].Cost, s.want.SlippageBPS) {
			best = i
		}
	}
	offer.Candidate = offer.Asked[best]
	offer.Checked = s.checked(s.asked[best].route)
	if wei := s.toWei(s.asked[best].In); wei != nil {
		offer.Wei = wei.Add(wei, s.gasWei(s.asked[best]))
	}
	return offer, nil
}

// withinSlippage reports whether a is at most so many basis points above b.
func withinSlippage(a, b *big.Int, points int64) bool {
	return new(big.Int).Mul(a, big.NewInt(bps)).Cmp(new(big.Int).Mul(b, big.NewInt(bps+points))) <= 0
}
