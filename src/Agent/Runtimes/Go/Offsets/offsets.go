// SPDX-License-Identifier: Apache-2.0

// Prints lines of offsets.txt, as the debug information of this very program has them: of the toolchain that has compiled it, and
// of grpc if grpc.go is part of it.
package main

import (
	"debug/dwarf"
	"debug/elf"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
)

const transport = "google.golang.org/grpc/internal/transport."

var grpcVersion string

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func members() map[string]int64 {
	program, err := elf.Open("/proc/self/exe")
	must(err)
	information, err := program.DWARF()
	must(err)
	found, structure := map[string]int64{}, ""
	entries := information.Reader()
	for {
		entry, err := entries.Next()
		must(err)
		if entry == nil {
			return found
		}
		name, _ := entry.Val(dwarf.AttrName).(string)
		switch entry.Tag {
		case dwarf.TagStructType:
			structure = name
		case dwarf.TagMember:
			found[structure+"."+name], _ = entry.Val(dwarf.AttrDataMemberLoc).(int64)
		case dwarf.TagSubprogram:
			entries.SkipChildren()
		}
	}
}

func line(kind, version string, found map[string]int64, names ...string) {
	var minor int
	_, err := fmt.Sscanf(version[strings.Index(version, "1."):], "1.%d", &minor)
	must(err)
	fmt.Print(kind, " ", minor)
	for _, name := range names {
		place, known := found[name]
		if !known {
			must(fmt.Errorf("%s %s has no %s", kind, version, name))
		}
		fmt.Print(" ", place)
	}
}

func main() {
	if len(os.Args) > 1 {
		http.Get(os.Args[1])
	}
	found := members()
	line("go", runtime.Version(), found, "runtime.g.goid", "runtime.m.curg", "net/http.Request.ctx")
	fmt.Println()
	if grpcVersion != "" {
		line("grpc", grpcVersion, found, transport+"http2Server.conn", transport+"Stream.id", transport+"Stream.ctx")
		if found[transport+"ServerStream.st"] == 8 { // behind a pointer to the stream, not behind the stream
			fmt.Println(" 1")
		} else {
			fmt.Println(" 0")
		}
	}
}
