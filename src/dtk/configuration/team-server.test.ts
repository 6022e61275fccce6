/** The address of a team server has one spelling, and what is more than an address is refused. */
import { expect, test } from "vitest";
import { parseTeamServer, placeOfTeamServer } from "./team-server.ts";

test.each([
  ["http://team.example.com:5000", "team.example.com", 5000],
  ["http://Team.example.com/", "team.example.com", 5000],
  ["http://192.0.2.1:80", "192.0.2.1", 80],
  ["http://[2001:db8::1]:5001", "2001:db8::1", 5001],
])("%s", (text, host, port) => {
  expect(placeOfTeamServer(parseTeamServer(text) ?? "")).toEqual({ host, port });
});

test.each([
  "team.example.com:5000",
  "https://team.example.com",
  "http://team.example.com/clusters/a",
  "http://user:word@team.example.com",
  "http://team.example.com:0",
  "http://team.example.com:70000",
  "http://300.0.0.1.",
  "http://",
  "http://a b",
])("%s is not one", (text) => {
  expect(parseTeamServer(text)).toBeUndefined();
});
