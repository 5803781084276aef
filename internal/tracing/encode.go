package tracing

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/encoding/protowire"
)

// encode is an ExportTraceServiceRequest of OTLP 1.x
// (opentelemetry/proto/trace/v1/trace.proto). The official exporter would link
// all of gRPC for it.
func encode(spans []sdk.ReadOnlySpan) []byte {
	return message(nil, 1, func(b []byte) []byte { // ResourceSpans
		b = message(b, 1, func(b []byte) []byte { // Resource
			return attributes(b, 1, spans[0].Resource().Attributes())
		})
		return message(b, 2, func(b []byte) []byte { // ScopeSpans
			b = message(b, 1, func(b []byte) []byte {
				return text(text(b, 1, spans[0].InstrumentationScope().Name), 2, spans[0].InstrumentationScope().Version)
			})
			for _, span := range spans {
				b = message(b, 2, func(b []byte) []byte { return encodeSpan(b, span) })
			}
			return b
		})
	})
}

func encodeSpan(b []byte, span sdk.ReadOnlySpan) []byte {
	id, parent := span.SpanContext(), span.Parent()
	b = ids(b, id)
	b = text(b, 3, id.TraceState().String())
	if parent.IsValid() {
		b = raw(b, 4, parentID(parent))
	}
	b = text(b, 5, span.Name())
	b = number(b, 6, uint64(span.SpanKind()))
	b = instant(b, 7, span.StartTime())
	b = instant(b, 8, span.EndTime())
	b = attributes(b, 9, span.Attributes())
	for _, event := range span.Events() {
		b = message(b, 11, func(b []byte) []byte {
			return attributes(text(instant(b, 1, event.Time), 2, event.Name), 3, event.Attributes)
		})
	}
	for _, link := range span.Links() {
		b = message(b, 13, func(b []byte) []byte { return flags(ids(b, link.SpanContext), 6, link.SpanContext) })
	}
	if status := span.Status(); status.Code != codes.Unset {
		code := uint64(1) // STATUS_CODE_OK
		if status.Code == codes.Error {
			code = 2
		}
		b = message(b, 15, func(b []byte) []byte { return number(text(b, 2, status.Description), 3, code) })
	}
	return flags(b, 16, id)
}

func ids(b []byte, c trace.SpanContext) []byte {
	traceID := c.TraceID()
	return raw(raw(b, 1, traceID[:]), 2, parentID(c))
}

func parentID(c trace.SpanContext) []byte {
	id := c.SpanID()
	return id[:]
}

// Bits of a span's flags beyond W3C's.
const (
	flagRemoteKnown = 1 << 8
	flagRemote      = 1 << 9
)

func flags(b []byte, field protowire.Number, c trace.SpanContext) []byte {
	value := uint32(c.TraceFlags()) | flagRemoteKnown
	if c.IsRemote() {
		value |= flagRemote
	}
	return protowire.AppendFixed32(protowire.AppendTag(b, field, protowire.Fixed32Type), value)
}

// message appends a message whose fields fill appends to nothing.
func message(b []byte, field protowire.Number, fill func([]byte) []byte) []byte {
	return raw(b, field, fill(nil))
}

func raw(b []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), value)
}

func text(b []byte, field protowire.Number, value string) []byte {
	if value == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), value)
}

func number(b []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), value)
}

func instant(b []byte, field protowire.Number, at time.Time) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), uint64(at.UnixNano()))
}

// attributes appends KeyValues. Tracer makes texts and whole numbers only.
func attributes(b []byte, field protowire.Number, list []attribute.KeyValue) []byte {
	for _, pair := range list {
		b = message(b, field, func(b []byte) []byte {
			b = text(b, 1, string(pair.Key))
			return message(b, 2, func(b []byte) []byte {
				if pair.Value.Type() == attribute.INT64 {
					return number(b, 3, uint64(pair.Value.AsInt64()))
				}
				return raw(b, 1, []byte(pair.Value.AsString()))
			})
		})
	}
	return b
}
