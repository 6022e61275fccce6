/** Requests as curl and ExternalDNS send them; fetch would add what only browsers send. */
import { request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly contentType: string | undefined;
}

const mediaType = "application/external.dns.webhook+json;version=1";

/** Sends a request as curl does. */
export async function curl(
  url: string,
  options: {
    readonly method?: string;
    readonly body?: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const { body, method = body === undefined ? "GET" : "POST" } = options;
  const form = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(url, { method, headers: { ...form, ...options.headers }, agent: false });
  sent.on("error", reject);
  sent.on("response", (response) => {
    const { statusCode = 0, headers } = response;
    text(response).then(
      (answer) => resolve({ status: statusCode, text: answer, contentType: headers["content-type"] }),
      reject,
    );
  });
  sent.end(body);
  return promise;
}

/** Posts changes as ExternalDNS does. */
export function postRecords(url: string, changes: object): Promise<Answer> {
  return curl(`${url}/records`, { body: JSON.stringify(changes), headers: { "content-type": mediaType } });
}

/** The CNAME to itself that ExternalDNS makes of an Ingress with the seed's annotation. */
export function ingressEndpoint(host: string): object {
  return { dnsName: host, targets: [host], recordType: "CNAME", labels: { resource: "ingress/default/test" } };
}
