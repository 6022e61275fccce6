// Prints the addresses that Go's own resolver finds for a name, one a line, or its word for why there are none.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
)

func main() {
	resolver := net.Resolver{PreferGo: true}
	addresses, err := resolver.LookupHost(context.Background(), os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for _, address := range addresses {
		fmt.Println(address)
	}
}
