package gateway

// ClientsLeft is how many calls go on without their client.
func (g *Gateway) ClientsLeft() int { return len(g.drains) }
