// The smallest application in Node: it says who it is, on the socket that systemd hands over.
"use strict";

const http = require("node:http");
const { version } = require("./package.json");

const server = http.createServer((request, response) => {
  const found = { "/healthz": { healthy: true }, "/whoami": { application: process.env.WEBSTACK_HOST, runtime: "node", version } }[request.url];
  response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
  response.end(JSON.stringify(found ?? { error: "There is no such page." }));
});

server.listen({ fd: 3 });
process.on("SIGTERM", () => server.close());
