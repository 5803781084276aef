package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"stakegate/internal/app/apptest"
)

const (
	goModel  = "echo-1"
	question = `Please call weather {"city": "Bern"} for me.`
	repeated = "echo-1 is not a language model; it repeats: "
)

var weatherSchema = map[string]any{"type": "object", "properties": map[string]any{"city": map[string]any{"type": "string"}}}

func TestOpenAIsGoClientWorksUnmodifiedAndPaysThePrice(t *testing.T) {
	for name, run := range map[string]func(*testing.T, openai.Client){
		"chat": goChat, "streaming": goStream, "tools": goTools, "responses": goResponses, "responses, streamed": goResponsesStream,
		"embeddings": goEmbeddings, "errors": goErrors,
	} {
		t.Run(name, func(t *testing.T) {
			metered(t, func(w *apptest.World, key string) {
				run(t, openai.NewClient(option.WithBaseURL(w.Origin+"/v1"), option.WithAPIKey(key), option.WithMaxRetries(0)))
			})
		})
	}
}

func hello() openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model: goModel, Messages: []openai.ChatCompletionMessageParamUnion{openai.SystemMessage("be kind"), openai.UserMessage("hello there")},
	}
}

func goChat(t *testing.T, client openai.Client) {
	answer, err := client.Chat.Completions.New(context.Background(), hello())
	if err != nil {
		t.Fatal(err)
	}
	used := answer.Usage
	if answer.Choices[0].Message.Content != repeated+"hello there" || used.PromptTokens != 4 || used.TotalTokens != used.PromptTokens+used.CompletionTokens {
		t.Errorf("%s", answer.RawJSON())
	}
}

func goStream(t *testing.T, client openai.Client) {
	params := hello()
	params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
	stream := client.Chat.Completions.NewStreaming(context.Background(), params)
	var whole openai.ChatCompletionAccumulator
	for stream.Next() {
		if !whole.AddChunk(stream.Current()) {
			t.Errorf("a chunk that does not fit: %s", stream.Current().RawJSON())
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	if whole.Choices[0].Message.Content != repeated+"hello there" || whole.Choices[0].FinishReason != "stop" || whole.Usage.PromptTokens != 4 {
		t.Errorf("%+v", whole)
	}
}

func goTools(t *testing.T, client openai.Client) {
	params := hello()
	params.Messages = []openai.ChatCompletionMessageParamUnion{openai.UserMessage(question)}
	params.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "weather", Parameters: weatherSchema})}
	asked, err := client.Chat.Completions.New(context.Background(), params)
	if err != nil || len(asked.Choices[0].Message.ToolCalls) != 1 {
		t.Fatal(err, asked)
	}
	call := asked.Choices[0].Message.ToolCalls[0]
	if call.Function.Name != "weather" || call.Function.Arguments != `{"city":"Bern"}` {
		t.Errorf("%s", asked.RawJSON())
	}
	params.Messages = append(params.Messages, asked.Choices[0].Message.ToParam(), openai.ToolMessage("sunny", call.ID))
	answer, err := client.Chat.Completions.New(context.Background(), params)
	if err != nil || answer.Choices[0].Message.Content != repeated+"sunny" {
		t.Error(err, answer)
	}
}

func goResponses(t *testing.T, client openai.Client) {
	params := responses.ResponseNewParams{
		Model: goModel, Store: openai.Bool(false), Instructions: openai.String("be kind"),
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hello there")},
	}
	answer, err := client.Responses.New(context.Background(), params)
	if err != nil || answer.OutputText() != repeated+"hello there" || answer.Usage.InputTokens != 4 {
		t.Fatal(err, answer)
	}
	params.Input = responses.ResponseNewParamsInputUnion{OfString: openai.String(question)}
	params.Tools = []responses.ToolUnionParam{responses.ToolParamOfFunction("weather", weatherSchema, false)}
	asked, err := client.Responses.New(context.Background(), params)
	if err != nil {
		t.Fatal(err)
	}
	last := asked.Output[len(asked.Output)-1]
	var arguments struct{ City string }
	if err := json.Unmarshal([]byte(last.AsFunctionCall().Arguments), &arguments); err != nil || last.Type != "function_call" || arguments.City != "Bern" {
		t.Error(err, asked.RawJSON())
	}
}

func goResponsesStream(t *testing.T, client openai.Client) {
	stream := client.Responses.NewStreaming(context.Background(), responses.ResponseNewParams{
		Model: goModel, Store: openai.Bool(false), Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("hello there")},
	})
	var text, end string
	for stream.Next() {
		event := stream.Current()
		switch event.Type {
		case "response.output_text.delta":
			text += event.AsResponseOutputTextDelta().Delta
		case "response.completed":
			end = event.AsResponseCompleted().Response.OutputText()
		}
	}
	if err := stream.Err(); err != nil || text != repeated+"hello there" || end != text {
		t.Errorf("%v: %q, and at its end %q", err, text, end)
	}
}

func goEmbeddings(t *testing.T, client openai.Client) {
	answer, err := client.Embeddings.New(context.Background(), openai.EmbeddingNewParams{
		Model: "echo-embed-1", Dimensions: openai.Int(8),
		Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"a cat", "a dog"}},
	})
	if err != nil || len(answer.Data) != 2 || len(answer.Data[1].Embedding) != 8 || answer.Usage.PromptTokens != 4 {
		t.Error(err, answer)
	}
}

func goErrors(t *testing.T, client openai.Client) {
	params := hello()
	params.Model = "gpt-9"
	_, err := client.Chat.Completions.New(context.Background(), params)
	var problem *openai.Error
	if !errors.As(err, &problem) || problem.StatusCode != 404 {
		t.Errorf("%v", err)
	}
	if _, err := client.Chat.Completions.New(context.Background(), hello()); err != nil { // so that there is something to pay
		t.Error(err)
	}
}
