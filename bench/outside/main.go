// An outside client of the server, and a provider to compare it with: both in Go, on ExternalDNS's own packages.
package main

import "os"

func main() {
	if len(os.Args) == 4 && os.Args[1] == "provider" {
		serveProvider(os.Args[2], os.Args[3])
	}
	sendRequests()
}
