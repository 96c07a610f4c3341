// SPDX-License-Identifier: Apache-2.0
// zipkin URL COUNT: COUNT spans through zipkin-go; ends when they are sent.
package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/openzipkin/zipkin-go"
	"github.com/openzipkin/zipkin-go/model"
	reporterhttp "github.com/openzipkin/zipkin-go/reporter/http"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	count := must(strconv.Atoi(os.Args[2]))
	reporter := reporterhttp.NewReporter(os.Args[1])
	tracer := must(zipkin.NewTracer(reporter, zipkin.WithTraceID128Bit(true),
		zipkin.WithLocalEndpoint(must(zipkin.NewEndpoint("shop", "127.0.0.1:8080")))))
	for i := 0; i < count; i++ {
		span := tracer.StartSpan(fmt.Sprintf("order %d", i), zipkin.Kind(model.Client))
		span.Tag("http.method", "PÜT")
		span.Finish()
	}
	if err := reporter.Close(); err != nil {
		panic(err)
	}
	fmt.Println("sent")
}
