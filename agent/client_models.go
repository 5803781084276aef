package agent

import (
	"context"
	"net/http"
	"net/url"
)

// Models lists the models of a type: text, embedding, or all.
func (c *Client) Models(ctx context.Context, modelType string) ([]Model, error) {
	var answer struct {
		Data []Model `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/models?type=" + url.QueryEscape(modelType), answer: &answer})
	return answer.Data, err
}

// Model returns one model by its id. Stakegate and OpenAI; Venice has no such
// route.
func (c *Client) Model(ctx context.Context, id string) (Model, error) {
	var model Model
	err := c.call(ctx, exchange{method: http.MethodGet, path: "/models/" + url.PathEscape(id), answer: &model})
	return model, err
}

// ModelTraits maps traits of a type's models, such as "default", to ids.
func (c *Client) ModelTraits(ctx context.Context, modelType string) (map[string]string, error) {
	return c.names(ctx, "/models/traits", modelType)
}

// ModelCompatibility maps names that other vendors' models have to ids here.
func (c *Client) ModelCompatibility(ctx context.Context, modelType string) (map[string]string, error) {
	return c.names(ctx, "/models/compatibility_mapping", modelType)
}

func (c *Client) names(ctx context.Context, path, modelType string) (map[string]string, error) {
	var answer struct {
		Data map[string]string `json:"data"`
	}
	err := c.call(ctx, exchange{method: http.MethodGet, path: path + "?type=" + url.QueryEscape(modelType), answer: &answer})
	return answer.Data, err
}

// Chat calls a text model and waits for the whole answer. It costs money, so
// that it is repeated only where the server said that it did nothing: after a
// lost answer the call may have been made and charged. With an IdempotencyKey a
// stakegate server makes it once at most, and answers a second try with 409.
func (c *Client) Chat(ctx context.Context, request ChatRequest) (ChatAnswer, error) {
	var answer ChatAnswer
	err := c.call(ctx, exchange{
		method: http.MethodPost, path: "/chat/completions", body: request, answer: &answer,
		idempotencyKey: request.IdempotencyKey, timeout: chatTimeout, once: true,
	})
	return answer, err
}
