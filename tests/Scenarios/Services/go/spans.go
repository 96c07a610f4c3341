// SPDX-License-Identifier: Apache-2.0

// spans serve PORT BACKEND
//
// A server that makes spans of its own with what OpenTelemetry's API for Go has in it for probes, and exports none of them. Under
// /work it asks the backend, the number of the request in the query, from inside of a span.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	_ "unsafe"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// A probe sets this where the kernel lets it write. Where it does not, the program itself has to.
//
//go:linkname autoInstEnabled go.opentelemetry.io/otel/trace.autoInstEnabled
var autoInstEnabled *bool

var backend string

func tracer(scope string) trace.Tracer {
	provider := trace.SpanFromContext(context.Background()).TracerProvider()
	return provider.Tracer(scope, trace.WithInstrumentationVersion("1.2.3"), trace.WithSchemaURL("https://example.com/schema"))
}

func ask(ctx context.Context, id string) error {
	request, err := http.NewRequestWithContext(ctx, "GET", backend+"/headers?id="+id, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// order > (price > rate), large; the request to the backend is made inside of price.
func work(response http.ResponseWriter, request *http.Request) {
	id := request.URL.Query().Get("id")
	key := attribute.String("id", id)
	shop := tracer("shop")
	ctx, order := shop.Start(request.Context(), "order", trace.WithSpanKind(trace.SpanKindInternal), trace.WithAttributes(key))
	order.SetAttributes(attribute.Bool("bool", true), attribute.Int64("int", -9007199254740993), attribute.Float64("double", 0.25),
		attribute.StringSlice("texts", []string{"a", "\"é\n"}), attribute.Int64Slice("ints", []int64{1, 2}), attribute.BoolSlice("bools", []bool{true, false}))
	order.AddEvent("paid", trace.WithAttributes(attribute.String("by", "card")))
	linked := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5, 6}})
	order.AddLink(trace.Link{SpanContext: linked, Attributes: []attribute.KeyValue{attribute.String("why", "retry")}})

	inner, price := tracer("price").Start(ctx, "price", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(key))
	type own string
	_, rate := shop.Start(context.WithValue(inner, own("k"), "v"), "rate", trace.WithAttributes(key))
	rate.End()
	if err := ask(inner, id); err != nil {
		price.RecordError(err)
	}
	price.RecordError(errors.New("no price"))
	price.SetStatus(codes.Error, "no price")
	price.End()

	// It ends where it did not begin.
	_, large := shop.Start(ctx, "large", trace.WithAttributes(key))
	done := make(chan bool)
	go func() {
		large.SetAttributes(attribute.String("text", strings.Repeat("0123456789abcdef", 2500)))
		large.End()
		done <- true
	}()
	<-done

	// No context says whose it is: the goroutine does.
	_, loose := shop.Start(context.Background(), "loose", trace.WithAttributes(key))
	loose.SetName("loose end")
	loose.SetStatus(codes.Ok, "")
	loose.End()
	order.End()
	fmt.Fprint(response, "ok ", id, "\n")
}

func main() {
	*autoInstEnabled = true
	backend = os.Args[3]
	http.HandleFunc("/work", work)
	if err := http.ListenAndServe("127.0.0.1:"+os.Args[2], nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
