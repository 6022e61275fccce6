/** Resolves a new name every 50 ms as programs do (getaddrinfo(3)), and prints what failed. It stands alone, so that a machine of any kind can run it. */
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";

const [domain = "", address = ""] = process.argv.slice(2);

process.stdout.write(`pid ${process.pid}\n`);

/** A name that was never asked for is in no cache. */
for (let count = 0; ; count += 1) {
  const name = `probe${count}.${domain}`;
  const start = performance.now();
  const found = await lookup(name, { family: 4 }).then(
    (result) => result.address,
    (error: unknown) => String(error),
  );
  const time = Math.round(performance.now() - start);
  process.stdout.write(found === address ? `ok ${time}\n` : `failed ${time} ${name}: ${found}\n`);
  await sleep(50);
}
