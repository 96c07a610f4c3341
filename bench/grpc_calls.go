// SPDX-License-Identifier: Apache-2.0

// Unary calls by grpc-go on one connection: `grpc_calls COUNT STREAMS RATE`, as grpc_calls.c does them.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding"
)

const (
	address  = "127.0.0.1:8090"
	warmUp   = 2000
	ownClock = 2 // CLOCK_PROCESS_CPUTIME_ID
)

// Messages are bytes as they are, nothing is generated.
type raw struct{}

func (raw) Name() string                                { return "proto" }
func (raw) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }
func (raw) Unmarshal(bytes []byte, message interface{}) error {
	*message.(*[]byte) = append([]byte(nil), bytes...)
	return nil
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func sayHello(_ interface{}, _ context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
	var message []byte
	answer := []byte("\n\013Hello world")
	return &answer, decode(&message)
}

func serve() {
	listener, err := net.Listen("tcp", address)
	must(err)
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "helloworld.Greeter",
		HandlerType: (*interface{})(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "SayHello", Handler: sayHello}},
	}, struct{}{})
	must(server.Serve(listener))
}

func cpu(clock int) int64 {
	var time syscall.Timespec
	if _, _, failed := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&time)), 0); failed != 0 {
		must(failed)
	}
	return syscall.TimespecToNsec(time)
}

func call(connection *grpc.ClientConn, count, streams, rate int) {
	var running sync.WaitGroup
	next := make(chan struct{}, streams)
	for i := 0; i < streams; i++ {
		running.Add(1)
		go func() {
			defer running.Done()
			for range next {
				message := []byte("\n\005world")
				var answer []byte
				must(connection.Invoke(context.Background(), "/helloworld.Greeter/SayHello", &message, &answer))
			}
		}()
	}
	start := time.Now()
	for i := 0; i < count; i++ {
		if rate > 0 {
			time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(rate))))
		}
		next <- struct{}{}
	}
	close(next)
	running.Wait()
}

func main() {
	encoding.RegisterCodec(raw{})
	if len(os.Args) == 2 {
		serve()
	}
	count, _ := strconv.Atoi(os.Args[1])
	streams, _ := strconv.Atoi(os.Args[2])
	rate, _ := strconv.Atoi(os.Args[3])
	server := exec.Command("/proc/self/exe", "serve")
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(server.Start())
	time.Sleep(400 * time.Millisecond) // a tracer may need a moment to notice new processes
	connection, err := grpc.Dial(address, grpc.WithInsecure(), grpc.WithBlock())
	must(err)
	call(connection, warmUp, streams, 0)
	clock := ^server.Process.Pid<<3 | ownClock
	begin := time.Now()
	used := cpu(ownClock) + cpu(clock)
	call(connection, count, streams, rate)
	used = cpu(ownClock) + cpu(clock) - used
	fmt.Printf("%.3f %.3f\n", float64(used)/float64(count)/1e3, float64(time.Since(begin).Microseconds())/float64(count))
	must(server.Process.Kill())
}
