"use strict";
// Flows come with the release and change with it: hosts share nothing, so that nobody edits them on one.

const { createHash, timingSafeEqual } = require("node:crypto");

const digest = (text) => createHash("sha256").update(text).digest();
const known = digest(`admin:${process.env.ADMIN_PASSWORD}`);

module.exports = {
  flowFile: `${__dirname}/flows.json`,
  userDir: "/tmp",
  readOnly: true,
  httpAdminRoot: false,
  credentialSecret: process.env.SECRET_KEY,
  telemetry: { enabled: false, updateNotification: false },
  // Whoever asks a flow signs in, but for the page itself.
  httpNodeMiddleware: (request, response, next) => {
    const [, given = ""] = (request.get("authorization") || "").split(" ");
    if (request.path === "/" || timingSafeEqual(digest(Buffer.from(given, "base64")), known)) {
      next();
    } else {
      response.set("WWW-Authenticate", 'Basic realm="flows"').sendStatus(401);
    }
  },
};
