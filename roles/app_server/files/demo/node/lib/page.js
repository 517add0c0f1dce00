// The page: the path of one request.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

/** A piece of the page that is safe as it is. */
class Html extends String {}

/** Puts values into a text, each of them escaped unless it is a piece of the page itself. */
function html(texts, ...values) {
  const written = (value) => {
    if (value instanceof Html) return value;
    if (Array.isArray(value)) return value.map(written).join("");
    return String(value ?? "").replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign]);
  };
  return new Html(String.raw({ raw: texts }, ...values.map(written)));
}

const hop = (tier, name, detail, { missing = "not named", state = name ? "up" : "unknown" } = {}) => html`
      <div class="hop ${state}">
        <p class="tier">${tier}</p>
        <p class="host">${name || missing}</p>
        <p class="detail">${detail}</p>
      </div>`;

const link = (label) => html`<div class="link" aria-hidden="true"><span>${label}</span></div>`;

function witness(tier, who, duty, port) {
  const state = who.host ? "up" : "down";
  const detail = who.host ? `${duty} · ${who.milliseconds} ms` : "nobody answers";
  return html`
      <div class="branch ${state}">${link(`TLS · ${port}`)}${hop(tier, who.host, detail, { missing: `no ${tier.toLowerCase()}`, state })}</div>`;
}

function notice(writer, reader) {
  if (writer.host && reader.host) return "";
  let sentence = "The database is away. The tiers in front of it still answer: you are reading their page.";
  if (reader.host) sentence = "The primary is away: reading goes on, storing must wait.";
  else if (writer.host) sentence = "No reader answers; the primary does.";
  return html`<p class="notice" role="status">${sentence}</p>`;
}

function list(latest) {
  if (!latest) return html`<p class="quiet">The latest items cannot be read at the moment.</p>`;
  if (!latest.value.length) return html`<p class="quiet">Nothing is stored yet.</p>`;
  const row = ({ text, created_at: at }) =>
    html`<li><span>${text}</span><time datetime="${at}">${at.slice(11, 19)}</time></li>`;
  const old = latest.fresh ? "" : ", which does not have your last write yet";
  return html`<ul class="items">${latest.value.map(row)}</ul>
        <p class="quiet">The latest ${latest.value.length}, read from ${latest.host}${old}.</p>`;
}

const told = (who) => (who.host ? `${who.host}, ${who.milliseconds} ms` : who.reason);

/** Draws it. */
export function page({ hops, writer, reader, latest, key, milliseconds, length, now = new Date() }) {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString());
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>The path of one request · webstack</title>
  <link rel="icon" href="/static/demo.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/static/demo.css">
</head>
<body>
  <header>
    <h1>The path of one request</h1>
    <p>Every box is a host of its own that had a hand in this page. <a href="/">Ask again</a> and the path changes.</p>
  </header>
  <main>
    <section class="path" aria-label="The hosts that answered this request">
      ${hop("You", hops.client, "your address", { missing: "somewhere" })}
      ${link(hops.scheme === "https" ? "HTTPS" : "HTTP")}
      ${hop("Balancer", hops.balancer, "HAProxy")}
      ${link("TLS · 8443")}
      ${hop("Web", hops.web, "Nginx")}
      ${link("TLS · 9443")}
      ${hop("Application", hops.application, hops.runtime)}
      <div class="data">
        ${witness("Writer", writer, "primary", 6446)}
        ${witness("Reader", reader, "read from", 6447)}
      </div>
    </section>
    ${notice(writer, reader)}
    <div class="columns">
      <section class="card">
        <h2>Store something</h2>
        <form method="post" action="/items">
          <input type="hidden" name="key" value="${key}">
          <label for="text">It is written on the primary and read back from a reader that has it.</label>
          <div class="row">
            <input id="text" name="text" maxlength="${length}" placeholder="A few words" required autocomplete="off">
            <button>Store</button>
          </div>
        </form>
        ${list(latest)}
      </section>
      <section class="card">
        <h2>This request</h2>
        <dl>
          <dt>Request id</dt><dd><code>${hops.request_id}</code></dd>
          <dt>Answered</dt><dd><time datetime="${now.toISOString()}">${day} ${month} ${year}, ${time} UTC</time></dd>
          <dt>Took</dt><dd>${milliseconds} ms in the application</dd>
          <dt>Writer</dt><dd>${told(writer)}</dd>
          <dt>Reader</dt><dd>${told(reader)}</dd>
        </dl>
        <p class="quiet">As data: <a href="/whoami">/whoami</a>, <a href="/readyz">/readyz</a>, <a href="/items">/items</a>.</p>
      </section>
    </div>
  </main>
  <footer><p>The request id finds this request in the log of every tier.</p></footer>
</body>
</html>
`.toString();
}
