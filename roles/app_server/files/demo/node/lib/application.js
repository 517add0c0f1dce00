// What the application answers.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

import { Unavailable } from "./database.js";
import { COOKIE, Freshness, HEADER, MAX_AGE_SECONDS } from "./freshness.js";
import { Items } from "./items.js";
import { access, event } from "./journal.js";
import { count, registry } from "./metrics.js";
import { Outcome } from "./outcomes.js";
import { page } from "./page.js";

const KEY = /^[!-~]{1,64}$/;
const REQUEST_ID = /^[\w.:-]{1,128}$/;
const TEXT_LENGTH = 500;
const LIST_LENGTH = 500;
const BODY_BYTES = 16 * 1024;
const RETRY_SECONDS = 1;
const RUNTIME = `Node.js ${process.versions.node}`;
const ADVICE = {
  [Outcome.NOT_COMMITTED]: "Nothing was stored: try again.",
  [Outcome.REFUSED]: "Nothing was stored: try again.",
  [Outcome.UNKNOWN]:
    "It is unknown whether it was stored: repeat with the same Idempotency-Key, " +
    "which returns the first row instead of storing a second.",
};
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** An error of the client, as a sentence. */
class Refusal extends Error {
  constructor(status, sentence, headers = {}) {
    super(sentence);
    Object.assign(this, { status, headers });
  }
}

/** The server, ready to listen. */
export function createApplication(settings, database) {
  const items = new Items(database);
  const freshness = new Freshness(settings.secretKey);

  // A path with a digit as its last part is one item.
  const routes = {
    "/": { GET: showPage },
    "/whoami": { GET: whoami },
    "/healthz": { GET: healthz },
    "/readyz": { GET: readyz },
    "/metrics": { GET: showMetrics },
    "/items": { GET: listItems, POST: createItem },
    "/items/:number": { GET: getItem },
  };

  function find(call) {
    call.number = /^\/items\/([0-9]+)$/.exec(call.url.pathname)?.[1];
    call.route = call.number ? "/items/:number" : call.url.pathname;
    const methods = Object.hasOwn(routes, call.route) ? routes[call.route] : null;
    if (!methods) {
      call.route = null;
      throw new Refusal(404, "There is no such page.");
    }
    // What answers GET answers HEAD; Node leaves the body out.
    const handler = methods[call.request.method === "HEAD" ? "GET" : call.request.method];
    if (!handler) {
      const allowed = Object.keys(methods).flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
      throw new Refusal(405, `${call.route} knows ${allowed.join(", ")} alone.`, { Allow: allowed.join(", ") });
    }
    return handler;
  }

  async function answer(call) {
    try {
      return await find(call)(call);
    } catch (failure) {
      if (failure instanceof Refusal) {
        return json({ error: failure.message, request_id: call.id }, failure.status, failure.headers);
      }
      if (failure instanceof Unavailable) {
        event("error", failure.message, { request_id: call.id });
        return unavailable(call, failure);
      }
      event("error", failure.message, { request_id: call.id, trace: failure.stack });
      return json({ error: "The application has a fault.", request_id: call.id }, 500);
    }
  }

  /** Says what became of the work; a client with an idempotency key may always repeat. */
  function unavailable(call, failure) {
    const fate =
      call.request.method === "POST"
        ? { error: `${failure.message} ${ADVICE[failure.outcome]}`, outcome: failure.outcome }
        : { error: `${failure.message} Try again.` };
    return json({ ...fate, request_id: call.id }, 503, { "Retry-After": RETRY_SECONDS });
  }

  /** Names the hosts that this request came through, as each of them wrote itself in. */
  function hops(call) {
    const { headers } = call.request;
    return {
      balancer: headers["x-webstack-balancer"] ?? null,
      web: headers["x-webstack-web"] ?? null,
      application: settings.applicationHost,
      runtime: RUNTIME,
      // Only the proxy on this host can reach the socket, and the balancer deletes what clients claim.
      client: headers["x-forwarded-for"]?.split(",").at(-1).trim() ?? null,
      scheme: headers["x-forwarded-proto"] ?? "http",
      request_id: call.id,
    };
  }

  /** Both ways to the data, asked at once. */
  async function witnesses() {
    const [writer, reader] = await Promise.all([ask(() => database.writerHost()), ask(() => database.readerHost())]);
    return { writer, reader };
  }

  /** Finds the client's last write: browsers bring the cookie, programs the header. */
  function writtenBefore(call) {
    const cookies = (call.request.headers.cookie ?? "").split("; ").map((each) => each.split("="));
    return freshness.gtidSet(call.request.headers[HEADER], Object.fromEntries(cookies)[COOKIE]);
  }

  /** The client's proof of its write, for its next read. */
  function promise(written) {
    const proof = freshness.proof(written);
    const cookie = `${COOKIE}=${proof}; Secure; HttpOnly; Max-Age=${MAX_AGE_SECONDS}; Path=/; SameSite=Lax`;
    return proof ? { "Read-After": proof, "Set-Cookie": cookie } : {};
  }

  /** Draws the path of this request; drawn with the database gone, too. */
  async function showPage(call) {
    let { writer, reader } = await witnesses();
    let latest = null;
    if (reader.host) {
      try {
        latest = await items.page({ limit: 5 }, writtenBefore(call));
      } catch (failure) {
        if (!(failure instanceof Unavailable)) throw failure;
        reader = { ...reader, host: null, reason: failure.message };
      }
    }
    const key = randomUUID().replaceAll("-", "");
    const milliseconds = took(call.start);
    const body = page({ hops: hops(call), writer, reader, latest, key, milliseconds, length: TEXT_LENGTH });
    return {
      status: 200,
      headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY },
      body,
    };
  }

  /** Names everybody who had a hand in this answer. */
  async function whoami(call) {
    const { writer, reader } = await witnesses();
    return json({ ...hops(call), writer: writer.host, reader: reader.host });
  }

  /** Says that this process answers; never asks the database, whose absence is no fault of this host. */
  function healthz() {
    return json({ healthy: true, application: settings.applicationHost });
  }

  /** Says what can be served: nothing at all is the only reason to be called unready. */
  async function readyz() {
    const { writer, reader } = await witnesses();
    const ready = Boolean(reader.host || writer.host);
    const shown = (witness) => ({ reachable: witness.host !== null, ...witness });
    return json(
      { ready, reader: shown(reader), writer: shown(writer) },
      ready ? 200 : 503,
      ready ? {} : { "Retry-After": RETRY_SECONDS },
    );
  }

  /** Shows what was counted; the web tier keeps clients away from here. */
  async function showMetrics() {
    return { status: 200, headers: { "Content-Type": registry.contentType }, body: await registry.metrics() };
  }

  /** Lists items: `limit`, `before` (an id, for the next page), `key`. */
  async function listItems(call) {
    const { searchParams: asked } = call.url;
    const whole = (name, otherwise) => (/^-?[0-9]+$/.test(asked.get(name)) ? Number(asked.get(name)) : otherwise);
    const limit = whole("limit", 50);
    if (limit < 1 || limit > LIST_LENGTH) {
      throw new Refusal(400, `limit is ${limit}: it must lie between 1 and ${LIST_LENGTH}.`);
    }
    const answer = await items.page({ limit, before: whole("before", null), key: asked.get("key") }, writtenBefore(call));
    return json({ items: answer.value, answered_by: answer.host, fresh: answer.fresh });
  }

  /** Shows one item. */
  async function getItem(call) {
    const answer = await items.get(call.number, writtenBefore(call));
    if (!answer.value) throw new Refusal(404, `There is no item ${call.number} on ${answer.host}.`);
    return json({ item: answer.value, answered_by: answer.host, fresh: answer.fresh });
  }

  /** Stores an item on the primary; JSON from programs, a form from the page. */
  async function createItem(call) {
    const { body, isJson } = await read(call.request);
    const text = typeof body?.text === "string" ? body.text.trim() : "";
    const key = call.request.headers["idempotency-key"] || (!isJson && body.key) || randomUUID().replaceAll("-", "");
    if ([...text].length < 1 || [...text].length > TEXT_LENGTH) {
      throw new Refusal(400, `text must be a string of 1 to ${TEXT_LENGTH} characters.`);
    }
    if (!KEY.test(key)) throw new Refusal(400, "Idempotency-Key must be 1 to 64 visible ASCII characters.");
    const answer = await items.create(text, key);
    const { item, first } = answer.value;
    if (item.text !== text) throw new Refusal(422, `Idempotency-Key ${key} was used before, with another text.`);
    if (!isJson) return { status: 303, headers: { Location: "/", ...promise(answer.written) }, body: "" };
    return json({ item, first, answered_by: answer.host }, first ? 201 : 200, {
      Location: `/items/${item.id}`,
      "Idempotency-Key": key,
      ...promise(answer.written),
    });
  }

  return createServer(async (request, response) => {
    const given = request.headers["x-request-id"] ?? "";
    const call = {
      request,
      start: performance.now(),
      id: REQUEST_ID.test(given) ? given : randomUUID().replaceAll("-", ""),
      url: new URL(`http://localhost${request.url.replace(/^\/*/, "/")}`),
      route: null,
    };
    const { status, headers, body } = await answer(call);
    response.writeHead(status, {
      "Cache-Control": "no-store",
      "Content-Length": Buffer.byteLength(body),
      ...headers,
      "X-Request-Id": call.id,
      "X-Webstack-Application": settings.applicationHost,
    });
    response.end(body);
    count(request.method, call.route, status, (performance.now() - call.start) / 1000);
    const { client, balancer, web } = hops(call);
    access({
      ...{ request_id: call.id, client, balancer, web, method: request.method, path: call.url.pathname, status },
      ...{ bytes: Buffer.byteLength(body), milliseconds: took(call.start) },
    });
  });
}

/** Puts a question to the database; its silence is an answer too. */
async function ask(question) {
  const start = performance.now();
  let host = null;
  let reason = null;
  try {
    host = await question();
  } catch (failure) {
    if (!(failure instanceof Unavailable)) throw failure;
    reason = failure.message;
  }
  return { host, milliseconds: took(start), reason };
}

function took(start) {
  return Math.round((performance.now() - start) * 10) / 10;
}

function json(content, status = 200, headers = {}) {
  return { status, headers: { "Content-Type": "application/json", ...headers }, body: `${JSON.stringify(content)}\n` };
}

/** The body of a request, as JSON or as a form. */
async function read(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new Refusal(413, `The body is larger than ${BODY_BYTES} bytes.`, { Connection: "close" });
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const isJson = /^application\/([\w.-]+\+)?json\b/i.test(request.headers["content-type"] ?? "");
  if (!isJson) return { body: Object.fromEntries(new URLSearchParams(text)), isJson };
  try {
    return { body: JSON.parse(text), isJson };
  } catch {
    throw new Refusal(400, "The body is no JSON.");
  }
}
