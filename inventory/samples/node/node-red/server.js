"use strict";
// Node-RED inside of a program that listens on the socket which systemd hands over, as its guide to embedding says.

const http = require("node:http");

const express = require("express");
const RED = require("node-red");

const app = express();
const server = http.createServer(app);

RED.init(server, require("./settings.js"));
app.get("/healthz", (_request, response) => response.type("text").send("ok\n"));
app.use(RED.httpNode);
RED.start().then(() => server.listen({ fd: 3 }));

process.on("SIGTERM", () => {
  server.close(() => RED.stop().then(() => process.exit()));
  server.closeIdleConnections();
});
