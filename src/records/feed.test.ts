/** A feed's name is one DNS label. */
import { expect, test } from "vitest";
import { externalDNSFeed, parseFeed, watchFeed } from "./feed.ts";

test.each([externalDNSFeed, watchFeed])("%s is a feed's name", (name) => expect(parseFeed(name)).toBe(name));

test.each(["", "Watch", "-a", "a-", "a.b", "a b", "a".repeat(64)])("%j is none", (text) =>
  expect(parseFeed(text)).toBeUndefined(),
);
