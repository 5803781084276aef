package wallet

// The parts of Digest that are held against other people's vectors.
var (
	ParseDER    = parseDER
	Recoverable = recoverable
)
