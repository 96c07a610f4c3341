// SPDX-License-Identifier: Apache-2.0
package main

import (
	"os"

	"google.golang.org/grpc"
)

func init() {
	grpcVersion = grpc.Version
	if len(os.Args) > 2 {
		must(grpc.NewServer().Serve(nil))
	}
}
