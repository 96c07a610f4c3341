// SPDX-License-Identifier: Apache-2.0

// web2 serve PORT | web2 client BASE COUNT CONCURRENT PREFIX
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/h2c"
)

var plain = &http.Client{Transport: &http2.Transport{
	AllowHTTP: true,
	DialTLS: func(network, address string, _ *tls.Config) (net.Conn, error) {
		return net.Dial(network, address)
	},
}}

func send(ctx context.Context, method, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := plain.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}

func headerLines(header http.Header) []byte {
	var lines []string
	for name, values := range header {
		for _, value := range values {
			lines = append(lines, strings.ToLower(name)+": "+value+"\n")
		}
	}
	sort.Strings(lines)
	return []byte(strings.Join(lines, ""))
}

func digest(body []byte) string {
	return fmt.Sprintf("%x %d", sha256.Sum256(body), len(body))
}

func answer(response http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	text := []byte(digest(body))
	switch request.URL.Path {
	case "/hop":
		text, err = send(request.Context(), request.Method, request.URL.Query().Get("next"), body)
	case "/headers":
		text = headerLines(request.Header)
	}
	if err != nil {
		http.Error(response, err.Error(), http.StatusBadGateway)
		return
	}
	response.Write(text)
}

func ask(base, id string, i int) error {
	if i%2 == 0 {
		text, err := send(context.Background(), "GET", base+"/headers?id="+id, nil)
		fmt.Printf("answer %s %s\n", id, strings.ReplaceAll(string(text), "\n", "|"))
		return err
	}
	body := bytes.Repeat([]byte{byte('a' + i%26)}, 100*i)
	text, err := send(context.Background(), "POST", base+"/echo?id="+id, body)
	if err == nil && string(text) != "ok" && string(text) != digest(body) {
		err = fmt.Errorf("request %d: %s", i, text)
	}
	return err
}

func client(base string, count, concurrent int, prefix string) (failure error) {
	fmt.Scanln()
	requests := make(chan int)
	var running sync.WaitGroup
	for j := 0; j < concurrent; j++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for i := range requests {
				if err := ask(base, fmt.Sprint(prefix, "-", i), i); err != nil {
					failure = err
				}
			}
		}()
	}
	for i := 0; i < count; i++ {
		requests <- i
	}
	close(requests)
	running.Wait()
	if failure == nil {
		fmt.Println("ok", count)
	}
	return failure
}

func run(arguments []string) error {
	if arguments[0] == "serve" {
		return http.ListenAndServe("127.0.0.1:"+arguments[1], h2c.NewHandler(http.HandlerFunc(answer), &http2.Server{}))
	}
	count, _ := strconv.Atoi(arguments[2])
	concurrent, _ := strconv.Atoi(arguments[3])
	return client(arguments[1], count, concurrent, arguments[4])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
