// SPDX-License-Identifier: Apache-2.0

// Requests by net/http with HTTP/1, server and client: `go_requests COUNT CONCURRENT [CERTIFICATE KEY]`, with those inside TLS. Prints
// microseconds of CPU, of both processes, and of wall time for each request.
package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const (
	address  = "127.0.0.1:8092"
	warmUp   = 2000
	ownClock = 2 // CLOCK_PROCESS_CPUTIME_ID
)

var client = &http.Client{Transport: &http.Transport{
	MaxIdleConnsPerHost: 1000,
	TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
}}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(secrets []string) {
	server := &http.Server{Addr: address, Handler: http.HandlerFunc(func(response http.ResponseWriter, _ *http.Request) {
		response.Write([]byte("Hello world"))
	})}
	if len(secrets) == 2 {
		must(server.ListenAndServeTLS(secrets[0], secrets[1]))
	}
	must(server.ListenAndServe())
}

func cpu(clock int) int64 {
	var time syscall.Timespec
	if _, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&time)), 0); failed != 0 {
		must(failed)
	}
	return syscall.TimespecToNsec(time)
}

func ask(url string, count, concurrent int) {
	var running sync.WaitGroup
	next := make(chan struct{}, concurrent)
	for i := 0; i < concurrent; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for range next {
				answer, err := client.Get(url)
				must(err)
				_, err = io.Copy(io.Discard, answer.Body)
				must(err)
				answer.Body.Close()
			}
		}()
	}
	for i := 0; i < count; i++ {
		next <- struct{}{}
	}
	close(next)
	running.Wait()
}

func main() {
	if os.Args[1] == "serve" {
		serve(os.Args[2:])
	}
	count, _ := strconv.Atoi(os.Args[1])
	concurrent, _ := strconv.Atoi(os.Args[2])
	secrets := os.Args[3:]
	url := "http://" + address + "/hello"
	if len(secrets) == 2 {
		url = "https://" + address + "/hello"
	}
	server := exec.Command("/proc/self/exe", append([]string{"serve"}, secrets...)...)
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(server.Start())
	time.Sleep(time.Second) // a tracer may need a moment to notice new processes
	ask(url, warmUp, concurrent)
	clock := ^server.Process.Pid<<3 | ownClock
	begin := time.Now()
	used := cpu(ownClock) + cpu(clock)
	ask(url, count, concurrent)
	used = cpu(ownClock) + cpu(clock) - used
	fmt.Printf("%.3f %.3f\n", float64(used)/float64(count)/1e3, float64(time.Since(begin).Microseconds())/float64(count))
	must(server.Process.Kill())
}
