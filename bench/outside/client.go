package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

type order struct {
	Method, URL, Body string
}

type outcome struct {
	Milliseconds float64 `json:"milliseconds"`
	Status       int     `json:"status"`
	Bytes        int64   `json:"bytes"`
	Error        string  `json:"error,omitempty"`
}

// Sends each request that is on a line of standard input, and writes how it went on a line of standard output.
func sendRequests() {
	orders, outcomes := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var next order
		if orders.Decode(&next) != nil {
			return
		}
		outcomes.Encode(send(next))
	}
}

// Sends one request as ExternalDNS does (provider/webhook/webhook.go), and reads the answer to its end.
func send(next order) outcome {
	const mediaType = "application/external.dns.webhook+json;version=1"
	start := time.Now()
	request, err := http.NewRequest(next.Method, next.URL, strings.NewReader(next.Body))
	if err != nil {
		return outcome{Error: err.Error()}
	}
	request.Header.Set("Accept", mediaType)
	if next.Method == http.MethodPost {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	defer response.Body.Close()
	bytes, err := io.Copy(io.Discard, response.Body)
	if err != nil {
		return outcome{Error: err.Error()}
	}
	took := time.Since(start)
	return outcome{Milliseconds: float64(took.Nanoseconds()) / 1e6, Status: response.StatusCode, Bytes: bytes}
}
