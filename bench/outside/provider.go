package main

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/external-dns/endpoint"
	"sigs.k8s.io/external-dns/plan"
	"sigs.k8s.io/external-dns/provider"
	"sigs.k8s.io/external-dns/provider/webhook/api"
)

// A provider that keeps its endpoints in memory and rewrites its whole file at each change, without fsync.
type fileProvider struct {
	provider.BaseProvider
	path      string
	endpoints map[endpoint.EndpointKey]*endpoint.Endpoint
}

func (p *fileProvider) Records(context.Context) ([]*endpoint.Endpoint, error) {
	return slices.Collect(maps.Values(p.endpoints)), nil
}

func (p *fileProvider) ApplyChanges(_ context.Context, changes *plan.Changes) error {
	for _, each := range slices.Concat(changes.Delete, changes.UpdateOld) {
		delete(p.endpoints, each.Key())
	}
	for _, each := range slices.Concat(changes.Create, changes.UpdateNew) {
		p.endpoints[each.Key()] = each
	}
	names := []string{}
	for key := range p.endpoints {
		if key.RecordType == endpoint.RecordTypeCNAME {
			names = append(names, "192.168.122.167 "+key.DNSName+"\n")
		}
	}
	slices.Sort(names)
	return os.WriteFile(p.path, []byte(strings.Join(names, "")), 0o644)
}

// Serves a provider with ExternalDNS's own server for providers until the process is killed.
func serveProvider(port, path string) {
	provider := &fileProvider{path: path, endpoints: map[endpoint.EndpointKey]*endpoint.Endpoint{}}
	api.StartHTTPApi(provider, nil, time.Minute, time.Minute, "127.0.0.1:"+port)
}
