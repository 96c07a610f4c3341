// SPDX-License-Identifier: Apache-2.0

// relay serve PROTOCOL PORT [NEXT] | relay client PROTOCOL ADDRESS WAY COUNT CONCURRENT | relay become PROGRAM ARGUMENT...
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

type job struct {
	ctx    context.Context
	query  string
	answer chan string
}

type relay struct {
	port, next string
	client     *http.Client
	jobs       chan job
}

// With it everything is HTTPS; it holds the key, too.
var certificate = os.Getenv("WEB_CERTIFICATE")

func scheme() string {
	if certificate != "" {
		return "https://"
	}
	return "http://"
}

// One connection for all requests with HTTP/2 ("bundled": net/http's own, inside TLS, which makes some more), one for each that is
// under way with HTTP/1.
func newClient(protocol string) *http.Client {
	if protocol == "http2" && certificate != "" {
		return &http.Client{Transport: &http2.Transport{}}
	} else if protocol == "http2" {
		return &http.Client{Transport: &http2.Transport{
			AllowHTTP: true,
			DialTLS:   func(network, address string, _ *tls.Config) (net.Conn, error) { return net.Dial(network, address) },
		}}
	}
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 2000, TLSClientConfig: &tls.Config{}, ForceAttemptHTTP2: protocol == "bundled"}}
}

func pause() {
	time.Sleep(time.Duration(rand.Intn(5000)) * time.Microsecond)
}

func get(client *http.Client, ctx context.Context, url string) string {
	request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return err.Error()
	}
	answer, err := client.Do(request)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

func (r *relay) ask(ctx context.Context, query string) string {
	return get(r.client, ctx, scheme()+r.next+"/last?"+query)
}

// A worker knows nothing of a request but its context.
func (r *relay) work() {
	for next := range r.jobs {
		pause()
		next.answer <- r.ask(next.ctx, next.query)
	}
}

func (r *relay) relayed(ctx context.Context, way, query string) string {
	answer := make(chan string, 1)
	switch way {
	case "/goroutine": // nothing is handed over
		return r.ask(context.Background(), query)
	case "/context":
		derived, stop := context.WithTimeout(context.WithValue(ctx, r, way), time.Minute)
		defer stop()
		return r.ask(derived, query)
	case "/pool":
		r.jobs <- job{ctx, query, answer}
	case "/spawn":
		go func() {
			pause()
			answer <- r.ask(context.Background(), query)
		}()
	}
	return <-answer
}

func (r *relay) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	line := r.port + " " + strings.Join(request.Header["Traceparent"], ",")
	pause()
	if r.next != "" {
		line += "|" + r.relayed(request.Context(), request.URL.Path, request.URL.RawQuery)
	}
	io.WriteString(response, line)
}

func serve(protocol, port, next string) error {
	handler := http.Handler(&relay{port, next, newClient(protocol), make(chan job)})
	for i := 0; i < 100; i++ {
		go handler.(*relay).work()
	}
	server := &http.Server{Addr: "127.0.0.1:" + port, Handler: handler}
	if protocol != "bundled" {
		server.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){}
	}
	many := &http2.Server{MaxConcurrentStreams: 2000}
	if certificate == "" {
		if protocol == "http2" {
			server.Handler = h2c.NewHandler(handler, many)
		}
		return server.ListenAndServe()
	}
	if protocol == "http2" {
		http2.ConfigureServer(server, many)
	}
	return server.ListenAndServeTLS(certificate, certificate)
}

func client(protocol, address, way string, count, concurrent int) error {
	fmt.Scanln()
	requests := make(chan int)
	var running sync.WaitGroup
	var printing sync.Mutex
	client := newClient(protocol)
	for j := 0; j < concurrent; j++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for i := range requests {
				text := get(client, context.Background(), fmt.Sprint(scheme(), address, "/", way, "?id=", i))
				printing.Lock()
				fmt.Println("answer " + text)
				printing.Unlock()
			}
		}()
	}
	for i := 0; i < count; i++ {
		requests <- i
	}
	close(requests)
	running.Wait()
	fmt.Println("ok", count)
	return nil
}

func run(arguments []string) error {
	if arguments[0] == "serve" {
		return serve(arguments[1], arguments[2], strings.Join(arguments[3:], ""))
	}
	if arguments[0] == "become" {
		time.Sleep(time.Second)
		return syscall.Exec(arguments[1], arguments[1:], os.Environ())
	}
	count, _ := strconv.Atoi(arguments[4])
	concurrent, _ := strconv.Atoi(arguments[5])
	return client(arguments[1], arguments[2], arguments[3], count, concurrent)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
