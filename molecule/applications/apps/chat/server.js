// A chat with nobody: what comes by websocket goes back, and a stream of events says something now and after a while.
"use strict";

const http = require("node:http");
const fs = require("node:fs");
const { WebSocketServer } = require("/usr/share/nodejs/ws");

const version = fs.readFileSync("VERSION", "utf8").trim();

const server = http.createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
    response.write("data: now\n\n");
    const timer = setTimeout(() => response.end("data: later\n\n"), Number(url.searchParams.get("after")) * 1000);
    request.on("close", () => clearTimeout(timer));
    return;
  }
  const found = { "/healthz": { healthy: true }, "/whoami": { application: process.env.WEBSTACK_HOST, runtime: "node", version } }[url.pathname];
  response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
  response.end(JSON.stringify(found ?? { error: "There is no such page." }));
});

const sockets = new WebSocketServer({ server, path: "/live" });
sockets.on("connection", (socket, request) => {
  socket.on("message", (text) => socket.send(`${request.headers["x-forwarded-for"]} said ${text}`));
});

server.listen({ fd: 3 });
process.on("SIGTERM", () => server.close());
